# shellcheck shell=bash
# The guest's kernel as it was built, with this machine's cache.

# guest_config: the .config of the guest's kernel.
guest_config() {
  NULLBOX_CACHE=$NB_MACHINE_CACHE run kernel-config/build.sh guest
  expect_code 0
  echo "$(tail -n 1 "$TMP/out")/config"
}

test_guest_has_what_docker_needs_of_a_kernel() {
  NULLBOX_CACHE=$NB_MACHINE_CACHE run kernel-config/containers.sh "$(guest_config)"
  expect_code 0
}

test_option_that_docker_needs_and_a_guest_lacks_is_named() {
  sed 's/^CONFIG_CGROUP_BPF=y/# CONFIG_CGROUP_BPF is not set/' "$(guest_config)" >"$TMP/config"
  NULLBOX_CACHE=$NB_MACHINE_CACHE run kernel-config/containers.sh "$TMP/config"
  expect_failure
  expect_says '- CONFIG_CGROUP_BPF: missing'
}

# host_config: the .config of the appliance's kernel.
host_config() {
  NULLBOX_CACHE=$NB_MACHINE_CACHE run kernel-config/build.sh host
  expect_code 0
  echo "$(tail -n 1 "$TMP/out")/config"
}

# hardened CONFIG README: runs hardening.sh with this machine's cache.
hardened() {
  NULLBOX_CACHE=$NB_MACHINE_CACHE run kernel-config/hardening.sh "$@"
  if [ "$CODE" -eq 3 ]; then not_run "$(grep -F 'has kernel-hardening-checker' "$TMP/out" | head -n 1)"; fi
}

test_failed_checks_of_kernel_hardening_checker_are_those_with_a_reason() {
  hardened "$(host_config)" kernel-config/README.md
  expect_code 0
}

test_failed_check_without_a_reason_is_named() {
  grep -v '^| CONFIG_KALLSYMS |' kernel-config/README.md >"$TMP/README.md"
  hardened "$(host_config)" "$TMP/README.md"
  expect_code 1
  expect_says 'CONFIG_KALLSYMS: FAIL: "y", and '
}

test_reason_for_a_check_that_is_passed_is_named() {
  sed 's/^| CONFIG_KALLSYMS |.*/&\n| CONFIG_STRICT_KERNEL_RWX | none |/' kernel-config/README.md >"$TMP/README.md"
  hardened "$(host_config)" "$TMP/README.md"
  expect_code 1
  expect_says 'CONFIG_STRICT_KERNEL_RWX: passes now; take its reason out'
}

test_weaker_kernel_is_named() {
  sed 's/^CONFIG_STACKPROTECTOR_STRONG=y/# CONFIG_STACKPROTECTOR_STRONG is not set/' "$(host_config)" >"$TMP/config"
  hardened "$TMP/config" kernel-config/README.md
  expect_code 1
  expect_says 'CONFIG_STACKPROTECTOR_STRONG: FAIL: "is not set", and '
  expect_says 'checks are passed, and 235 were before'
}
