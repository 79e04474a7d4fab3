# shellcheck shell=bash
# kernel-config/check.sh: an option that a kernel lacks, or has and must not have, is named.

# built FLAVOUR: a .config in which all is as asked for.
built() {
  script ". $NB_ROOT/kernel-config/options.sh $1; last_words \"\${FRAGMENTS[@]}\" \"\$REQUIRED\" | sed '/=n\$/d'"
  expect_code 0
  mv "$TMP/out" "$TMP/config"
}

test_kernel_as_asked_for_is_accepted() {
  local flavour
  for flavour in host guest; do
    built "$flavour"
    run kernel-config/check.sh "$flavour" "$TMP/config"
    expect_code 0
  done
}

test_option_that_a_kernel_lacks_is_named() {
  built guest
  sed -i 's/^CONFIG_CGROUP_BPF=y/# CONFIG_CGROUP_BPF is not set/' "$TMP/config"
  run kernel-config/check.sh guest "$TMP/config"
  expect_failure
  expect_says 'CONFIG_CGROUP_BPF: wanted y, got n'
}

test_option_that_must_be_off_is_named() {
  built host
  sed -i 's/^# CONFIG_BRIDGE_NETFILTER is not set/CONFIG_BRIDGE_NETFILTER=y/' "$TMP/config"
  run kernel-config/check.sh host "$TMP/config"
  expect_failure
  expect_says 'CONFIG_BRIDGE_NETFILTER: wanted n, got y'
}

test_kernel_of_no_flavour_is_refused() {
  run kernel-config/check.sh gast "$TMP/config"
  expect_code 2
  expect_says "no such kernel 'gast'; there are host, guest"
}
