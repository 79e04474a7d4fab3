# shellcheck shell=bash
# ./nullbox test long: more of what ./nullbox test does once. Each part ends by its number of rounds, or begins no further
# round once its minutes are over; all parts together take an hour at most on two cores, with everything built.

NB_SEED=${NULLBOX_SEED:-$(($(date +%s) % 1000000 * 1000))}
NB_FUZZ_ROUNDS=100000

# long_tests PART
long_tests() {
  local part=$1
  note "seeds from $NB_SEED on: NULLBOX_SEED=$NB_SEED repeats them"
  case $part in fuzz | all) rounds fuzz 10 5 fuzz_round ;; esac
  case $part in seeds | all) rounds seeds 10 8 seeds_round ;; esac
  case $part in kernel | all) long_kernel ;; esac
  case $part in builds | all) long_builds ;; esac
  case $part in vm | all) long_vm ;; esac
  case $part in calls | all) long_calls ;; esac
  case $part in metal | all) long_metal ;; esac
  case $part in debian) long_debian ;; esac
}

# rounds NAME MINUTES NUMBER COMMAND: COMMAND with 1, 2, ... up to NUMBER, none begun after so many minutes.
rounds() {
  local name=$1 end=$((SECONDS + 60 * $2)) number=$3 round=1
  until [ "$round" -gt "$number" ] || [ "$SECONDS" -gt "$end" ]; do
    "$4" "$round"
    round=$((round + 1))
  done
  note "$name: $((round - 1)) of $number rounds"
}

# A million seeds for each round: none has what another has had.
fuzz_round() {
  chosen_tests "fuzz $1" "$(tests_with FuzzTest Fuzz.run)" '' -Dvault.fuzz.rounds="$NB_FUZZ_ROUNDS" \
    -Dvault.fuzz.seed="$((NB_SEED + $1 * 1000000))"
}

seeds_round() {
  local seed=$((NB_SEED + $1 * 1000000))
  NB_REPEAT="NULLBOX_SEED=$seed ./nullbox test unit MODULE TEST, for each that failed" \
    chosen_tests "seeds $1" "$(tests_with Test nullbox.test.seed)" '' -Dnullbox.test.seed="$seed"
}

long_kernel() {
  if [ "$(id -u)" -ne 0 ]; then
    note 'not run  kernel: needs root'
    NB_NOT_RUN=$((NB_NOT_RUN + 1))
    return
  fi
  use_krun
  rounds kernel 6 4 kernel_round
}

kernel_round() { java_tests "kernel $1" '**/*IT.java' '**/*VmIT.java' -T "$((2 * NB_JOBS))" -Dspotless.check.skip; }

long_builds() {
  check 'two packings of the image give the same bytes' ./nullbox build again
  check 'two builds of each kernel give the same bytes' ./nullbox build again kernel
}

long_vm() {
  use_krun
  vm_inputs
  rounds vm 12 4 vm_round
}

long_metal() {
  ensure_packages qemu-utils
  use_krun
  vm_inputs
  java_tests metal '**/MetalVmLong.java' '**/*Test.java' -Dspotless.check.skip -pl smoke-test -am
}

# Not one of the parts of an hour: it alone takes longer where the guest is emulated.
long_debian() {
  use_krun
  vm_inputs
  java_tests debian '**/*VmLong.java' '**/*Test.java,**/MetalVmLong.java,**/VmmCallsVmLong.java' -Dspotless.check.skip -pl smoke-test -am
}

# Whether microVMs make each system call that is allowed them: one boot.
long_calls() {
  use_krun
  vm_inputs
  java_tests calls '**/VmmCallsVmLong.java' '**/*Test.java' -Dspotless.check.skip -pl smoke-test -am
}

vm_round() { java_tests "vm $1" '**/*VmIT.java' '**/*Test.java' -Dspotless.check.skip -pl smoke-test -am; }
