# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # what is quoted is for another shell; CODE is for expect_code
# tools/boot.sh with a QEMU that is a script: what it is given, and how each end is told.

# machine BEHAVIOUR [LINE]: $TMP/qemu writes down its arguments and does BEHAVIOUR, which finds the file of the events in
# $events; LINE is run before the boot.
machine() {
  mkdir -p "$TMP/parts" "$TMP/tmp"
  echo 'a test' >"$TMP/parts/route"
  echo 0 >"$TMP/parts/root.verity"
  cat >"$TMP/qemu" <<SCRIPT
#!/bin/bash
printf '%s\n' "\$@" >"$TMP/arguments"
echo \$\$ >"$TMP/pid"
events=\${!#}
events=\${events#file:}
say() { printf '%s\n' "\$1" >>"\$events"; }
await() { until [ -e "\$1" ]; do sleep 0.1; done; }
$1
SCRIPT
  printf '#!/bin/sh\necho "$@" >>%s/nullctl-calls\n' "$TMP" >"$TMP/nullctl"
  chmod 755 "$TMP/qemu" "$TMP/nullctl"
  cat >"$TMP/boot.sh" <<SCRIPT
. "$NB_ROOT/tools/lib.sh"
. "$NB_ROOT/tools/boot.sh"
krun_part() { echo "$TMP/parts"; }
kernel_part() { echo "$TMP/parts"; }
image_part() { echo "$TMP/parts"; }
credentials_part() { echo "$TMP/parts"; }
qemu_binary() { echo "$TMP/qemu"; }
nullctl_path() { echo "$TMP/nullctl"; }
export TMPDIR="$TMP/tmp"
${2:-}
run_appliance '' 'some=word' 7443 "\$@"
SCRIPT
}

SPOKEN='say "{\"event\":\"agent.console\",\"agent\":\"hello\",\"line\":\"hello: done\"}"'
exited() { echo "say '{\"event\":\"agent.exited\",\"agent\":\"hello\",\"code\":$1}'"; }
SHUTDOWN="await \"\$TMP/nullctl-calls\"; say '{\"event\":\"shutdown.phase\",\"phase\":\"power-off\"}'"

nothing_left() {
  [ -z "$(ls -A "$TMP/tmp")" ] || wrong "left behind: $(ls -A "$TMP/tmp")"
  if kill -0 "$(cat "$TMP/pid")" 2>/dev/null; then wrong 'QEMU still runs'; fi
}

given() { grep -qxF -- "$1" "$TMP/arguments" || wrong "QEMU was not given $1, but: $(cat "$TMP/arguments")"; }

test_until_agent_ends_well() {
  machine "$SPOKEN; $(exited 0); $SHUTDOWN"
  NULLBOX_ACCEL=tcg run bash "$TMP/boot.sh" agent
  expect_code 0
  expect_says 'libkrun: a test'
  expect_says 'the appliance has powered off cleanly'
  [ "$(cat "$TMP/nullctl-calls")" = '--address 127.0.0.1:7443 shutdown' ] || wrong 'it was not asked to shut down'
  given 'max,-erms,-fsrm'
  given "console=ttyS0 quiet panic=10 kvm_amd.nested=0 kvm_intel.nested=0 nullbox.events=ttyS1 nullbox.verity=0 no_timer_check some=word"
  grep -q '^user,id=net,hostfwd=tcp:127.0.0.1:7443-:7443,' "$TMP/arguments" || wrong 'the port is not forwarded'
  nothing_left
}

test_until_agent_with_a_machine_that_does_not_go_off() {
  machine "$SPOKEN; $(exited 0); $SHUTDOWN; exec sleep 600" 'NB_POWER_OFF_SECONDS=2'
  NULLBOX_ACCEL=tcg run bash "$TMP/boot.sh" agent
  expect_code 1
  expect_says 'waited 2 s for it to end after the power-off in vain'
  nothing_left
}

test_until_agent_with_an_agent_that_fails() {
  machine "$SPOKEN; $(exited 3); exec sleep 60"
  NULLBOX_ACCEL=tcg run bash "$TMP/boot.sh" agent
  expect_code 1
  expect_says 'the example agent found something other than its AGENT.toml says'
  expect_says '"code":3'
  nothing_left
}

test_until_agent_with_an_agent_that_ends_early() {
  machine "$(exited 0); exec sleep 60"
  NULLBOX_ACCEL=tcg run bash "$TMP/boot.sh" agent
  expect_code 1
  expect_says 'the example agent ended without its last line'
  nothing_left
}

test_until_agent_with_a_machine_that_dies() {
  machine "say '{\"event\":\"appliance.degraded\"}'; exit 1"
  NULLBOX_ACCEL=tcg run bash "$TMP/boot.sh" agent
  expect_code 1
  expect_says 'QEMU ended while this waited for the example agent to end'
  expect_says 'appliance.degraded'
  nothing_left
}

test_until_agent_with_a_crash_at_power_off() {
  machine "$SPOKEN; $(exited 0); $SHUTDOWN; exit 7"
  NULLBOX_ACCEL=tcg run bash "$TMP/boot.sh" agent
  expect_code 1
  expect_says 'QEMU ended with exit code 7'
  nothing_left
}

test_exit_code_of_the_machine_is_passed_on() {
  machine 'exit 5'
  NULLBOX_ACCEL=tcg run bash "$TMP/boot.sh" ''
  expect_code 5
  nothing_left
}

test_end_from_outside_ends_the_machine() {
  machine 'exec sleep 60'
  NULLBOX_ACCEL=tcg bash "$TMP/boot.sh" '' >"$TMP/out" 2>&1 &
  eventually 'QEMU' test -s "$TMP/pid"
  kill $!
  CODE=0
  wait $! || CODE=$?
  expect_code 143
  nothing_left
}

test_unknown_accelerator_starts_no_machine() {
  machine 'exit 0'
  NULLBOX_ACCEL=hvf run bash "$TMP/boot.sh" ''
  expect_code 1
  expect_says 'no such accelerator: hvf (kvm or tcg)'
  [ ! -e "$TMP/pid" ] || wrong 'QEMU was started'
}
