# shellcheck shell=bash
# ./nullbox test and ./nullbox fmt.

format_sources() {
  ensure_packages
  mvn -q -B -ntp spotless:apply
  shell_sources | xargs shfmt -i 2 -w
  c_sources | xargs clang-format -i
}

shell_sources() { git ls-files -co --exclude-standard -- nullbox '*.sh' .ci/run; }
c_sources() { git ls-files -co --exclude-standard -- '*.c' '*.h'; }

# Each check is one test: its name, then the program that decides it (never a function of ours: see cache_build).
NB_PASSED=0 NB_FAILED=0 NB_NOT_RUN=0
check() {
  local name=$1 code=0
  shift
  step "$name" "check-${name//[^a-z]/-}" "$@" || code=$?
  if [ "$code" -eq 0 ]; then NB_PASSED=$((NB_PASSED + 1)); else NB_FAILED=$((NB_FAILED + 1)); fi
}

# script_tests NAME FILE...: the tests of the build scripts. See tools/test/.
script_tests() {
  local name=$1 counts=$NB_LOGS/script-tests-$1.counts code=0
  shift
  rm -f "$counts"
  step "running the $name tests of the build scripts" "script-tests-$name" tools/test/run.sh "$counts" "$@" || code=$?
  grep '^not run ' "$NB_LOGS/script-tests-$name.log" | sed 's/^/    /' >&2 || :
  if [ -s "$counts" ]; then
    # shellcheck disable=SC2046 # three numbers
    count "$name (build scripts)" $(cat "$counts")
  else
    count "$name (build scripts)" 0 1 0
  fi
  return 0
}

# count NAME PASSED FAILED NOT-RUN
count() {
  NB_PASSED=$((NB_PASSED + $2)) NB_FAILED=$((NB_FAILED + $3)) NB_NOT_RUN=$((NB_NOT_RUN + $4))
  note "$1: $2 passed, $3 failed, $4 not run"
}

# java_tests NAME INCLUDE EXCLUDE [MAVEN-ARGUMENT...]: runs surefire and adds up what its reports count. A failure outside
# any test, such as a module that does not compile, counts as one.
java_tests() {
  local name=$1 include=$2 exclude=$3 code=0 counts
  shift 3
  find . -path '*/target/surefire-reports' -prune -exec rm -rf {} +
  NB_REPEAT="./nullbox test $name" step "running the $name tests" "test-$name" \
    mvn -B -ntp -fae verify -Dnullbox.tests="$include" -Dnullbox.tests.not="$exclude" "$@" || code=$?
  skipped_tests >&2
  counts=$(find . -path '*/surefire-reports/TEST-*.xml' -exec sed -n 's/.*<testsuite .*/&/p' {} + |
    awk '{ for (i = 1; i <= NF; i++) if (split($i, p, "\"") > 1) v[p[1]] += p[2] }
      END { bad = v["errors="] + v["failures="]; print v["tests="] - bad - v["skipped="], bad + 0, v["skipped="] + 0 }')
  # shellcheck disable=SC2086 # three numbers
  set -- $counts
  if [ "$code" -ne 0 ] && [ "$2" -eq 0 ]; then set -- "$1" 1 "$3"; fi
  count "$name" "$@"
}

# skipped_tests: each test that surefire's reports call skipped, with the reason it gave.
skipped_tests() {
  find . -path '*/surefire-reports/TEST-*.xml' -exec cat {} + | awk '
    /<testcase / {
      name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
      class = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class)
    }
    /<skipped/ {
      why = "no reason given"
      if (match($0, /message="[^"]*"/)) why = substr($0, RSTART + 9, RLENGTH - 10)
      printf "    not run  %s.%s: %s\n", class, name, why
    }'
}

unit_tests() {
  check 'shellcheck' bash -c "git ls-files -co --exclude-standard -- nullbox '*.sh' .ci/run | xargs shellcheck -x"
  check 'shell format' bash -c "git ls-files -co --exclude-standard -- nullbox '*.sh' .ci/run | xargs shfmt -i 2 -d"
  check 'C format' bash -c "git ls-files -co --exclude-standard -- '*.c' '*.h' | xargs clang-format --dry-run -Werror"
  script_tests unit tools/test/*.test.sh
  java_tests unit '**/*Test.java' '**/*IT.java' -T "$NB_JOBS"
}

kernel_tests() {
  local contract
  script_tests kernel tools/test/*.kernel.sh
  contract=$(contract_part)
  check 'the native contract in a native image' env LD_LIBRARY_PATH="$NULLBOX_KRUN" "$contract/native-contract" /bin/sh
  # They mostly wait. The unit tests hold the format.
  java_tests kernel '**/*IT.java' '**/*VmIT.java' -T "$((2 * NB_JOBS))" -Dspotless.check.skip
}

# The native contract as a native image, through the binding that this machine's native images use.
contract_part() {
  local jars
  ensure_graalvm
  jars=$(contract_jars_part)
  image/native.sh "$(cat "$jars/.sums")" dev.nullbox.natives.NativeContractMain native-contract "$jars"
}

# What the VM tests and the figures are given: see smoke-test's Inputs.
vm_inputs() {
  local kernel image chaos jvm iso testers
  testers=$(testers_part)
  kernel=$(kernel_part)
  image=$(image_part)
  chaos=$(NB_CHAOS=$testers image_part chaos)
  jvm=$(NB_CHAOS=$testers jvm_image_part)
  iso=$(NB_KERNEL_ARGS='nullbox.events=ttyS1' iso_part)
  NULLBOX_QEMU=$(qemu_binary)
  NULLBOX_OVMF=$(qemu_entry)/ovmf
  NULLBOX_ACCEL=$(qemu_accel "$NULLBOX_QEMU" "$kernel/bzImage")
  NULLBOX_NULLCTL=$(nullctl_path)
  NULLBOX_CREDENTIALS=$(credentials_part)
  export NULLBOX_QEMU NULLBOX_OVMF NULLBOX_ACCEL NULLBOX_NULLCTL NULLBOX_CREDENTIALS
  export NULLBOX_KERNEL=$kernel/bzImage NULLBOX_ISO=$iso/nullbox.iso
  export NULLBOX_PROBE=$testers/probe NULLBOX_LEAST_INIT=$testers/least-init.cpio
  export NULLBOX_INITRAMFS=$image/initramfs.zst NULLBOX_ROOT=$image/root.squashfs
  export NULLBOX_INITRAMFS_CHAOS=$chaos/initramfs.zst NULLBOX_ROOT_CHAOS=$chaos/root.squashfs
  export NULLBOX_INITRAMFS_JVM=$jvm/initramfs.zst NULLBOX_ROOT_JVM=$jvm/root.squashfs
}

vm_tests() {
  vm_inputs
  check 'kernel options as asked for' kernel-config/check.sh "$(dirname "$NULLBOX_KERNEL")/config"
  check 'two packings of the image give the same bytes' ./nullbox build again
  script_tests vm tools/test/*.vm.sh
  java_tests vm '**/*VmIT.java' '**/*Test.java' -Dspotless.check.skip -pl smoke-test -am
}

run_tests() {
  local what=${1:-all} started=$SECONDS
  at_most_one test "$@"
  case $what in unit | kernel | vm | all) ;; *) misused "test: no such kind '$what'; there are unit, kernel, vm, all" ;; esac
  case $what in kernel | all)
    [ "$(id -u)" -eq 0 ] || die "the kernel tests make network namespaces, mounts and cgroups: run them as root (sudo -E ./nullbox test $what); unit and vm need no root"
    ;;
  esac
  ensure_packages
  NULLBOX_KRUN=$(krun_part)
  export NULLBOX_KRUN
  note "libkrun: $(cat "$NULLBOX_KRUN/route")"
  case $what in unit | all) unit_tests ;; esac
  case $what in kernel | all) kernel_tests ;; esac
  case $what in vm | all) vm_tests ;; esac
  say "tests took $(elapsed $((SECONDS - started)))"
  [ "$((NB_PASSED + NB_FAILED))" -gt 0 ] || die 'no test ran'
  printf '%d passed, %d failed, %d not run\n' "$NB_PASSED" "$NB_FAILED" "$NB_NOT_RUN"
  [ "$NB_FAILED" -eq 0 ]
}
