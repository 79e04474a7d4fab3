# shellcheck shell=bash
# ./nullbox test, ./nullbox docs and ./nullbox fmt.

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

# java_tests NAME INCLUDE EXCLUDE [MAVEN-ARGUMENT...]: the tests that INCLUDE names and EXCLUDE does not.
java_tests() {
  local name=$1 include=$2 exclude=$3
  shift 3
  NB_REPEAT="./nullbox test ${name%% *}" surefire "$name" verify -Dnullbox.tests="$include" -Dnullbox.tests.not="$exclude" "$@"
}

# chosen_tests NAME FILES METHOD [MAVEN-ARGUMENT...]: all tests of the classes in FILES, or #METHOD of each. Compiles what
# has changed; no formatter, no jar.
chosen_tests() {
  local name=$1 words
  mapfile -t words < <(chosen "$2" "$3")
  shift 3
  surefire "$name" test "${words[@]}" "$@"
}

# chosen FILES METHOD: Maven's words for that, one a line. A class goes with its package: another module may have its name.
chosen() {
  printf '%s\n' -am -T "$NB_JOBS" -pl
  printf '%s\n' "$1" | sed 's:/.*::' | sort -u | paste -sd,
  printf '%s\n' "$1" | sed "s:.*/src/test/java/::; s:\.java$:$2:; s:/:.:g" | paste -sd, | sed 's/^/-Dtest=/'
}

# tests_with SUFFIX TEXT: the files of the test classes so named that say TEXT.
tests_with() { grep -rlF --include="*$1.java" -- "$2" ./*/src/test/java | sed 's:^\./::' | sort; }

# surefire NAME MAVEN-ARGUMENT...: runs Maven and adds up what surefire's reports count. A failure outside any test, such
# as a module that does not compile, counts as one.
surefire() {
  local name=$1 code=0 counts
  shift
  find . -path '*/target/surefire-reports' -prune -exec rm -rf {} +
  step "running the $name tests" "test-${name//[^a-zA-Z0-9]/-}" mvn -B -ntp -fae "$@" || code=$?
  told_tests >&2
  counts=$(find . -path '*/surefire-reports/TEST-*.xml' -exec sed -n 's/.*<testsuite .*/&/p' {} + |
    awk '{ for (i = 1; i <= NF; i++) if (split($i, p, "\"") > 1) v[p[1]] += p[2] }
      END { bad = v["errors="] + v["failures="]; print v["tests="] - bad - v["skipped="], bad + 0, v["skipped="] + 0 }')
  # shellcheck disable=SC2086 # three numbers
  set -- $counts
  if [ "$code" -ne 0 ] && [ "$2" -eq 0 ]; then set -- "$1" 1 "$3"; fi
  count "$name" "$@"
}

# told_tests: each test that surefire's reports call failed or skipped, with the first line of what it said.
told_tests() {
  find . -path '*/surefire-reports/TEST-*.xml' -exec cat {} + | awk '
    /<testcase / {
      name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
      class = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class)
    }
    /<(skipped|failure|error)[ >]/ {
      why = "no reason given"
      if (match($0, /message="[^"]*"/)) why = substr($0, RSTART + 9, RLENGTH - 10)
      sub(/^(&#10;)+/, "", why); sub(/&#10;.*/, "", why)
      gsub(/&quot;/, "\"", why); gsub(/&lt;/, "<", why); gsub(/&gt;/, ">", why); gsub(/&amp;/, "\\&", why)
      printf "    %s  %s.%s: %s\n", /<skipped/ ? "not run" : "FAILED", class, name, substr(why, 1, 300)
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
  local kernel image chaos jvm iso testers debian
  testers=$(testers_part)
  kernel=$(kernel_part)
  image=$(image_part)
  chaos=$(NB_CHAOS=$testers image_part chaos)
  jvm=$(NB_CHAOS=$testers jvm_image_part)
  NULLBOX_QEMU=$(qemu_binary)
  NULLBOX_OVMF=$(qemu_entry)/ovmf
  NULLBOX_ACCEL=$(qemu_accel "$NULLBOX_QEMU" "$kernel/bzImage")
  iso=$(NB_KERNEL_ARGS="nullbox.events=ttyS1 $(qemu_kernel_args "$NULLBOX_ACCEL")" iso_part)
  NULLBOX_NULLCTL=$(nullctl_path)
  NULLBOX_CREDENTIALS=$(credentials_part)
  export NULLBOX_QEMU NULLBOX_OVMF NULLBOX_ACCEL NULLBOX_NULLCTL NULLBOX_CREDENTIALS
  export NULLBOX_KERNEL=$kernel/bzImage NULLBOX_ISO=$iso/nullbox.iso
  erofs_entry >/dev/null
  xfs_entry >/dev/null
  debian=$(debian_agent_part)
  NULLBOX_EXAMPLES=$(examples_part)
  NULLBOX_CLIENT=$(client_part)/node_modules
  export NULLBOX_CLIENT NULLBOX_EXAMPLES NULLBOX_DEBIAN_ROOT=$debian/root.erofs NULLBOX_BUSYBOX=$debian/busybox
  export NULLBOX_DISK_MAKER=$NB_ROOT/tools/disk.sh NULLBOX_MEDIUM_MAKER=$NB_ROOT/tools/media.sh
  export NULLBOX_DISK_IMAGE_MAKER=$NB_ROOT/tools/disk-image.sh
  export NULLBOX_PROBE=$testers/probe NULLBOX_LEAST_INIT=$testers/least-init.cpio
  export NULLBOX_INITRAMFS=$image/initramfs.zst NULLBOX_ROOT=$image/root.squashfs
  export NULLBOX_INITRAMFS_CHAOS=$chaos/initramfs.zst NULLBOX_ROOT_CHAOS=$chaos/root.squashfs
  export NULLBOX_INITRAMFS_JVM=$jvm/initramfs.zst NULLBOX_ROOT_JVM=$jvm/root.squashfs
}

vm_tests() {
  vm_inputs
  check 'kernel options as asked for' kernel-config/check.sh host "$(dirname "$NULLBOX_KERNEL")/config"
  check 'guest kernel options as asked for' kernel-config/check.sh guest "$(guest_kernel_part)/config"
  check 'two packings of the image give the same bytes' ./nullbox build again
  script_tests vm tools/test/*.vm.sh
  java_tests vm '**/*VmIT.java' '**/*Test.java' -Dspotless.check.skip -pl smoke-test -am
}

# modules: the directories of the Java modules.
modules() { sed -n 's:.*<module>\(.*\)</module>.*:\1:p' pom.xml; }

# unit_of MODULE [TEST]: finds the test classes, for NB_FILES, and NB_METHOD; ends when there are none.
unit_of() {
  local module=$1 test=${2:-*Test}
  modules | grep -qxF -- "$module" || misused "test unit: no such module '$module'; there are $(modules | paste -sd' ')"
  [[ $test =~ ^[A-Za-z0-9_.*?]+(#[A-Za-z0-9_*?]+)?$ ]] || misused "test unit: '$test' is not CLASS or CLASS#METHOD"
  NB_METHOD=${test#"${test%%#*}"} test=${test%%#*}
  NB_FILES=$(find "$module" -path "$module/src/test/java*/${test//.//}.java" ! -name '*VmIT.java' \
    \( -name '*Test.java' -o -name '*IT.java' \) | sort)
  [ -n "$NB_FILES" ] || misused "test unit: $module has no test class '$test' (those named *VmIT are for ./nullbox test vm)"
}

# module_tests MODULE [TEST]: what unit_of has found.
module_tests() {
  if grep -qr NULLBOX_KRUN "$1/src/test"; then use_krun; fi
  NB_REPEAT="./nullbox test unit $*" chosen_tests "unit $*" "$NB_FILES" "$NB_METHOD" -Dnullbox.test.seed="${NULLBOX_SEED:-0}"
}

# ahead PART...: starts to build parts that the VM tests will need, none of which writes into this checkout. At the lowest
# priority they take what the tests leave of the processors. Whoever needs one waits for it by the cache's lock, and
# builds it, in sight, when it has failed here.
ahead() {
  local part log
  log=$NB_LOGS/ahead-$1.log
  make_dir "$NB_LOGS"
  say "building beside the tests: $* (log: $log)"
  {
    renice -n 19 "$BASHPID"
    for part in "$@"; do "$part"; done
  } </dev/null >"$log" 2>&1 &
}

use_krun() {
  NULLBOX_KRUN=$(krun_part)
  export NULLBOX_KRUN
  note "libkrun: $(cat "$NULLBOX_KRUN/route")"
}

# test_words KIND [WORD...]: ends for what test does not take.
test_words() {
  case $1 in
  unit)
    [ $# -le 3 ] || misused "test unit: MODULE and TEST at most, and '$4' is one more; ./nullbox help test"
    [ $# -eq 1 ] || unit_of "${@:2}"
    ;;
  long)
    [ $# -le 2 ] || misused "test long: one part at most, and '$3' is a second; ./nullbox help test"
    case ${2:-all} in fuzz | seeds | kernel | builds | vm | calls | metal | debian | all) ;; *) misused "test long: no such part '$2'; there are fuzz, seeds, kernel, builds, vm, calls, metal, debian" ;; esac
    ;;
  kernel | vm | all) at_most_one test "$@" ;;
  *) misused "test: no such kind '$1'; there are unit, kernel, vm, all, long" ;;
  esac
  case $1 in kernel | all)
    [ "$(id -u)" -eq 0 ] || die "the kernel tests make network namespaces, mounts and cgroups: run them as root (sudo -E ./nullbox test $1); unit and vm need no root"
    ;;
  esac
}

run_tests() {
  local what=${1:-all} started=$SECONDS
  test_words "$what" "${@:2}"
  ensure_packages
  case $what:$# in
  unit:[23]) module_tests "${@:2}" ;;
  long:*) long_tests "${2:-all}" ;;
  *)
    use_krun
    if [ "$what" = all ]; then ahead kernel_part guest_kernel_part debian_agent_part examples_part client_part; fi
    case $what in unit | all) unit_tests ;; esac
    if [ "$what" = all ]; then
      java_part >/dev/null
      ahead native_part guest_tools_part
    fi
    case $what in kernel | all) kernel_tests ;; esac
    case $what in vm | all) vm_tests ;; esac
    ;;
  esac
  say "tests took $(elapsed $((SECONDS - started)))"
  [ "$((NB_PASSED + NB_FAILED))" -gt 0 ] || die "no test ran${3:+: $3 names none of $2, or none that can run here}"
  printf '%d passed, %d failed, %d not run\n' "$NB_PASSED" "$NB_FAILED" "$NB_NOT_RUN"
  [ "$NB_FAILED" -eq 0 ]
}

# ./nullbox docs: a test that compares a document with the code writes it when it is told to.
write_docs() {
  local words before
  ensure_packages
  mapfile -t words < <(chosen "$(tests_with DocumentTest nullbox.docs.write)" '')
  before=$(sha256sum docs/*)
  NB_REPEAT='./nullbox docs' step 'writing what is generated of docs/' docs mvn -B -ntp test -Dnullbox.docs.write=true "${words[@]}"
  sha256sum docs/* | grep -vxF "$before" | sed 's/^[0-9a-f]*  /    written: /' >&2 || note 'all of it is as the code says'
}
