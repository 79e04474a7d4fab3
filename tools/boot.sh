# shellcheck shell=bash
# ./nullbox boot: the appliance in QEMU.
# shellcheck disable=SC2054 # the commas are QEMU's

# shellcheck source=qemu.sh
. "$NB_ROOT/tools/qemu.sh"
# shellcheck source=disk.sh
. "$NB_ROOT/tools/disk.sh"

# Whom the example agent looks for: an echo behind the port that it may use, and one behind the port that it may not.
EXAMPLE_PEERS=,guestfwd=tcp:10.0.2.100:7001-cmd:/bin/cat,guestfwd=tcp:10.0.2.100:7002-cmd:/bin/cat

# kernel_words VERB WORDS: refuses what the boot loader would take for its own.
kernel_words() {
  [[ $2 =~ ^[A-Za-z0-9\ =._,:/@%+-]*$ ]] ||
    misused "$1: --kernel-args '$2': use words of A-Z a-z 0-9 = . _ , : / @ % + -, with blanks between: the boot loader takes other characters for its own"
}

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

boot() {
  local iso='' arguments='' agents=() names=() port=7443 until='' agent
  while [ $# -gt 0 ]; do
    case $1 in
    --iso) iso=1 ;;
    --kernel-args | --agent | --port | --until)
      [ $# -ge 2 ] || misused "boot: $1 needs a value; ./nullbox help boot"
      case $1 in
      --kernel-args) arguments=$2 ;;
      --agent) agents+=("$2") ;;
      --port) port=$2 ;;
      --until) until=$2 ;;
      esac
      shift
      ;;
    *) misused "boot: unknown argument '$1'; ./nullbox help boot" ;;
    esac
    shift
  done
  case $until in '' | agent) ;; *) misused "boot: --until $until: there is only --until agent" ;; esac
  if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then misused "boot: --port $port: not a port, which is a number from 1 to 65535"; fi
  kernel_words boot "$arguments"
  for agent in "${agents[@]}"; do
    [ -f "$agent/AGENT.toml" ] || misused "boot: --agent $agent: there is no AGENT.toml in it; examples/README.md shows what an agent's directory holds"
    agent_root "$agent" >/dev/null || misused "boot: --agent $agent: it must hold one of rootfs/, rootfs.tar and root.erofs, beside AGENT.toml; examples/README.md shows what an agent's directory holds"
    check_agent_name "$agent" "${names[@]}"
    names+=("$(agent_name "$agent")")
  done
  port_free "$port" || die "port $port on 127.0.0.1 is taken, perhaps by an appliance that is running: end that, or choose another with --port"
  ensure_packages
  run_appliance "$iso" "$arguments" "$port" "$until" "${agents[@]}"
}

# check_agent_name DIR NAME...: refuses a name that is none, or that another agent has.
check_agent_name() {
  local dir=$1 name other
  shift
  name=$(agent_name "$dir")
  [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$ ]] ||
    misused "boot: --agent $dir: its AGENT.toml gives '$name' as [agent] name: use 1 to 32 of A-Z a-z 0-9 _ -, a letter or digit first"
  ! grep -qxF "dir 0755 /agents/$name" "$NB_ROOT/image/rootfs.manifest" ||
    misused "boot: --agent $dir: the image has an agent named $name already: give this one another [agent] name"
  for other in "$@"; do
    [ "$other" != "$name" ] || misused "boot: --agent $dir: another --agent is named $name too: give one of them another [agent] name"
  done
}

run_appliance() {
  local iso=$1 arguments=$2 port=$3 until=$4 kernel image krun qemu credentials run accelerator words=() code=0
  shift 4
  krun=$(krun_part)
  say "libkrun: $(cat "$krun/route")"
  kernel=$(kernel_part)
  qemu=$(qemu_binary)
  credentials=$(credentials_part)
  run=$(mktemp -d "${TMPDIR:-/tmp}/nullbox.XXXXXX")
  # shellcheck disable=SC2064 # the directory of now
  trap "end_family $$ 20; rm -rf '$run'" EXIT
  accelerator=$(qemu_accel "$qemu" "$kernel/bzImage")
  arguments="$(qemu_kernel_args "$accelerator") $arguments"
  if [ -n "$iso" ]; then
    image=$(NB_KERNEL_ARGS="nullbox.events=ttyS1 $arguments" iso_part)
    words+=(-drive "if=none,id=cd,format=raw,readonly=on,media=cdrom,file=$image/nullbox.iso" -device ide-cd,drive=cd,bootindex=1)
  else
    image=$(image_part)
    words+=(-kernel "$kernel/bzImage" -initrd "$image/initramfs.zst"
      -append "console=ttyS0 quiet panic=10 kvm_amd.nested=0 kvm_intel.nested=0 nullbox.events=ttyS1 nullbox.verity=$(cat "$image/root.verity") $arguments"
      -drive "if=none,id=root,format=raw,readonly=on,file=$image/root.squashfs" -device virtio-blk-pci,drive=root)
  fi
  if [ $# -gt 0 ]; then
    data_disk "$run/data.img" "$@"
    words+=(-drive "if=none,id=data,format=raw,file=$run/data.img" -device virtio-blk-pci,drive=data)
  fi
  accelerator=$(qemu_accel_args "$accelerator")
  mapfile -t accelerator <<<"$accelerator"
  words=("$qemu" -M q35 -nodefaults -no-user-config -display none -no-reboot -smp 1 -m 1024 "${accelerator[@]}"
    -device virtio-rng-pci -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$port-:7443$EXAMPLE_PEERS"
    -device virtio-net-pci,netdev=net,romfile=
    -fw_cfg "name=opt/nullbox/server.p12,file=$credentials/server.p12"
    -fw_cfg "name=opt/nullbox/ca.pem,file=$credentials/ca.pem" "${words[@]}")
  : >"$run/events"
  note "QEMU begins $(elapsed "$SECONDS") after the command"
  if [ "$until" = agent ]; then
    boot_until_agent "$run" "$port" "${words[@]}"
  else
    say "booting; leave with Ctrl-A X, or from another terminal: ./nullbox ctl --address 127.0.0.1:$port shutdown"
    "${words[@]}" -serial mon:stdio -serial "file:$run/events" || code=$?
    return "$code"
  fi
}

# event_seen FILE TEXT...: whether one line of FILE holds every TEXT.
event_seen() {
  local lines text
  lines=$(cat "$1")
  shift
  for text in "$@"; do lines=$(grep -F -- "$text" <<<"$lines") || return 1; done
}

# await SECONDS WHAT WHO PID COMMAND...: until COMMAND succeeds; fails when time is up or WHO, the process PID, has ended.
await() {
  local limit=$1 what=$2 who=$3 pid=$4 started=$SECONDS
  shift 4
  until "$@"; do
    if ! kill -0 "$pid" 2>/dev/null && ! "$@"; then die "$who ended while this waited for $what"; fi
    [ $((SECONDS - started)) -lt "$limit" ] || die "waited $limit s for $what in vain"
    sleep 0.5
  done
}

NB_POWER_OFF_SECONDS=60
ended() { ! kill -0 "$1" 2>/dev/null; }

boot_until_agent() {
  local run=$1 port=$2 qemu code=0
  shift 2
  say 'booting until the example agent has spoken'
  : >"$run/console"
  "$@" -serial "file:$run/console" -serial "file:$run/events" </dev/null &
  qemu=$!
  tail -f --pid="$qemu" "$run/console" &
  # shellcheck disable=SC2064 # the directory and the process of now
  trap "kill $qemu 2>/dev/null || :; wait $qemu 2>/dev/null || :; tail -n 5 '$run/events' >&2; rm -rf '$run'" EXIT
  await 300 'the example agent to end' QEMU "$qemu" event_seen "$run/events" '"agent.exited"' '"hello"'
  event_seen "$run/events" '"agent.console"' 'hello: done' || die 'the example agent ended without its last line'
  event_seen "$run/events" '"agent.exited"' '"hello"' '"code":0' || die 'the example agent found something other than its AGENT.toml says'
  say 'the agent has spoken: shutting down'
  "$(nullctl_path)" --address "127.0.0.1:$port" shutdown
  await 120 'the power to go off' QEMU "$qemu" event_seen "$run/events" '"shutdown.phase"' '"power-off"'
  await "$NB_POWER_OFF_SECONDS" 'it to end after the power-off' QEMU "$qemu" ended "$qemu"
  wait "$qemu" || code=$?
  [ "$code" -eq 0 ] || die "QEMU ended with exit code $code"
  # shellcheck disable=SC2064
  trap "rm -rf '$run'" EXIT
  say 'the appliance has powered off cleanly'
}
