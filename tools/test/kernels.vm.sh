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
