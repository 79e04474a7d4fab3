#!/usr/bin/env bash
# QEMU 10 as an unpacked tree from Debian trixie, run with its own dynamic loader and never installed. Run it to print
# the cache entry, which holds:
#   qemu-system-x86_64              a script that starts the tree's QEMU
#   ovmf/OVMF_CODE.fd, OVMF_VARS.fd firmware for EFI boots (VARS is to be copied: QEMU writes to it)
# Sourced, it gives qemu_entry, qemu_binary and qemu_accel, with qemu_accel_args and qemu_kernel_args for what that prints.
# NULLBOX_QEMU names another QEMU, version 10 or newer; NULLBOX_ACCEL (kvm or tcg) skips the trial of the accelerator.
# Needs: apt, dpkg-deb, coreutils' timeout.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=qemu.version
. "$NB_ROOT/tools/qemu.version"

# What a tree that is only ever run in place has no use for, beside what no tree has.
QEMU_UNUSED=(usr/share/perl5 usr/share/icons usr/share/applications usr/share/bash-completion usr/share/debconf
  usr/share/pam)

unpack_qemu() {
  local out=$1 pin unused
  pin=$(NB_PINNED_IN=tools/qemu.version debian_choose "qemu-system-x86=$QEMU_VERSION" 1:10.)
  trixie_tree "$out" "$pin" seabios ovmf
  mkdir "$out/ovmf"
  for unused in "${QEMU_UNUSED[@]}"; do rm -rf "${out:?}/root/$unused"; done
  cp "$out/root/usr/share/OVMF/OVMF_CODE_4M.fd" "$out/ovmf/OVMF_CODE.fd"
  cp "$out/root/usr/share/OVMF/OVMF_VARS_4M.fd" "$out/ovmf/OVMF_VARS.fd"
  write_wrapper "$out/qemu-system-x86_64"
  "$out/qemu-system-x86_64" --version
}

write_wrapper() {
  cat >"$1" <<'WRAPPER'
#!/bin/sh
# QEMU from the tree beside this script, with that tree's own loader, libraries, modules and firmware.
root=$(dirname "$(readlink -f "$0")")/root
libraries=$root/usr/lib/x86_64-linux-gnu
QEMU_MODULE_DIR=$libraries/qemu
export QEMU_MODULE_DIR
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$libraries" --argv0 qemu-system-x86_64 \
  "$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" \
  -L "$root/usr/lib/ipxe/qemu" "$@"
WRAPPER
  chmod 755 "$1"
}

build_qemu() { NB_REPEAT=tools/qemu.sh step 'unpacking QEMU 10 from Debian trixie' qemu unpack_qemu "$1"; }

# qemu_entry: prints the cache entry.
qemu_entry() {
  cache_build qemu "$(hash_of "$QEMU_VERSION" "${QEMU_UNUSED[*]}" "$(declare -f unpack_qemu trixie_tree write_wrapper)")" build_qemu
}

# qemu_binary: prints the QEMU to run: NULLBOX_QEMU when set, else the cache entry's.
qemu_binary() {
  local version
  if [ -z "${NULLBOX_QEMU:-}" ]; then
    printf '%s/qemu-system-x86_64\n' "$(qemu_entry)"
    return
  fi
  version=$("$NULLBOX_QEMU" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p') || :
  [ "${version:-0}" -ge 10 ] ||
    die "NULLBOX_QEMU=$NULLBOX_QEMU is not a QEMU of version 10 or newer (it says ${version:-nothing}): unset it, or name another"
  printf '%s\n' "$NULLBOX_QEMU"
}

# kvm_runs QEMU KERNEL LOG: boots KERNEL under KVM until it gives up for want of a root, and holds that a KVM of its
# own came up inside: each of the two drivers says so when the processor it was given has not what it needs.
kvm_runs() {
  [ -e /dev/kvm ] || return 1
  # QEMU may die of a signal here, which the shell would report.
  { (
    ulimit -c 0
    timeout -k 2 20 "$1" -M q35 -nodefaults -no-reboot -display none -accel kvm -cpu host -smp 1 -m 512 -kernel "$2" \
      -append 'console=ttyS0 panic=-1 loglevel=7' -serial stdio </dev/null >"$3" 2>&1
  ); } 2>/dev/null || :
  grep -aq 'Unable to mount root fs' "$3" && [ "$(grep -ac 'kvm_.*not supported by CPU' "$3")" -lt 2 ]
}

# qemu_accel QEMU KERNEL: prints kvm or tcg, by booting KERNEL and never by the existence of /dev/kvm; asks once in
# each run of the machine.
qemu_accel() {
  local boot answer
  if [ -n "${NULLBOX_ACCEL:-}" ]; then
    printf '%s\n' "$NULLBOX_ACCEL"
    return
  fi
  boot=$(cat /proc/sys/kernel/random/boot_id)
  mkdir -p "$NB_CACHE/accel"
  if [ ! -s "$NB_CACHE/accel/$boot" ]; then
    find "$NB_CACHE/accel" -type f -delete
    answer=tcg
    if kvm_runs "$1" "$2" "$NB_CACHE/accel/trial.log"; then answer=kvm; fi
    printf '%s\n' "$answer" >"$NB_CACHE/accel/$boot"
  fi
  cat "$NB_CACHE/accel/$boot"
}

# qemu_accel_args ACCEL: prints QEMU's arguments, one a line. -erms,-fsrm: the emulated `rep stosb` is slow enough to
# double the time that a microVM's memory takes to be wiped.
qemu_accel_args() {
  case $1 in
  kvm) printf '%s\n' -accel kvm -cpu host ;;
  tcg) printf '%s\n' -accel tcg -cpu max,-erms,-fsrm ;;
  *) die "no such accelerator: $1 (kvm or tcg)" ;;
  esac
}

# qemu_kernel_args ACCEL: prints words for the kernel's command line. On a loaded machine the emulated timer ticks too late
# for the kernel, which then panics.
qemu_kernel_args() {
  case $1 in
  tcg) echo no_timer_check ;;
  esac
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then qemu_entry; fi
