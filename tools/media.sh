#!/usr/bin/env bash
# media.sh ISO TARGET CREDENTIALS-DIR: writes the ISO to a disk or a new file, reads it back, and adds the partition
# nullbox-setup with server.p12 and ca.pem. Sourced, it gives ./nullbox write.
# Needs: dd, cmp, lsblk, sfdisk, openssl, python3.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What SetupPartition reads at most of each file.
SETUP_FILE_BYTES=65536
SETUP_MIB=1

write() {
  local target='' credentials='' arguments='' again='' iso
  while [ $# -gt 0 ]; do
    case $1 in
    --credentials | --kernel-args | --internal)
      [ $# -ge 2 ] || misused "write: $1 needs a value; ./nullbox help write"
      case $1 in
      --credentials) credentials=$2 ;;
      --kernel-args) arguments=$2 ;;
      --internal) again=$2 ;;
      esac
      shift
      ;;
    -*) misused "write: unknown argument '$1'; ./nullbox help write" ;;
    *)
      [ -z "$target" ] || misused "write: one DEVICE or FILE, and '$1' is a second; ./nullbox help write"
      target=$1
      ;;
    esac
    shift
  done
  [ -n "$target" ] || misused 'write: name the DEVICE or the new FILE to write; ./nullbox help write'
  kernel_words write "$arguments"
  if [ -n "$credentials" ]; then check_credentials write "$credentials"; fi
  check_target "$target" "$again"
  # shellcheck disable=SC2119
  ensure_packages
  if [ -n "$credentials" ]; then usable_credentials write "$credentials"; fi
  if [ -b "$target" ]; then ask "$target will lose all that is on it: $(disk_told "$(realpath "$target")")"; fi
  [ -n "$credentials" ] || credentials=$(credentials_part)
  iso=$(NB_KERNEL_ARGS=$arguments iso_part)/nullbox.iso
  write_medium "$iso" "$target" "$credentials"
  say "written: $target boots by BIOS and EFI; its port opens to client.p12 of the authority in $credentials"
  note "the partition nullbox-setup holds the server's private key: keep the medium as you would the key"
}

# check_credentials VERB DIR: refuses files that are missing or too large.
check_credentials() {
  local file
  for file in server.p12 ca.pem; do
    [ -s "$2/$file" ] || misused "$1: --credentials $2: there is no $file in it, or it is empty"
    [ "$(stat -c %s "$2/$file")" -le "$SETUP_FILE_BYTES" ] ||
      misused "$1: --credentials $2: $file is larger than $((SETUP_FILE_BYTES / 1024)) KiB"
  done
}

# usable_credentials VERB DIR: refuses what is no certificate.
usable_credentials() {
  openssl x509 -in "$2/ca.pem" -noout 2>/dev/null || misused "$1: --credentials $2: ca.pem is no certificate in PEM"
  openssl pkcs12 -in "$2/server.p12" -passin pass:nullbox -noout 2>/dev/null ||
    misused "$1: --credentials $2: server.p12 is no PKCS #12 file with the password 'nullbox', which the gateway opens it with"
}

# check_target TARGET AGAIN: refuses a disk in use, a partition, a file that is there, and an internal disk unless it is
# named a second time.
check_target() {
  local real used
  if [ ! -b "$1" ]; then
    [ ! -e "$1" ] || misused "write: $1 is there already: remove it, or name another FILE"
    [ -d "$(dirname "$1")" ] || misused "write: $1: there is no directory $(dirname "$1")"
    [[ $1 != /dev/* ]] || misused "write: $1: there is no such device"
    [ -z "$2" ] || misused "write: --internal $2: $1 is a file; leave it out"
    return
  fi
  real=$(realpath "$1")
  [ -d "/sys/block/$(basename "$real")" ] || misused "write: $1 is a partition: name its disk, $(lsblk -dnpo PKNAME "$real")"
  used=$(in_use "$real")
  [ -z "$used" ] || die "write: $1 is in use ($used): end that first"
  if [ -z "$2" ]; then
    ! internal "$(basename "$real")" ||
      die "write: $1 is an internal disk ($(disk_told "$real")): to have it overwritten all the same, name it twice: ./nullbox write $1 --internal $1"
  else
    [ "$2" = "$1" ] || misused "write: --internal $2: that is not the device to be written, which is $1"
  fi
  [ -w "$real" ] || die "write: no right to write $1: run this as root"
}

# in_use DISK: what mounts it or a partition of it, swaps there or is built upon it; nothing when it is free.
in_use() {
  lsblk -nrpo NAME,TYPE,MOUNTPOINT "$1" | awk '$2 != "disk" && $2 != "part" && $2 != "loop" { print $1 " is built upon it" }
    $3 != "" { print $1 " is mounted at " $3 }' | paste -sd, | sed 's/,/, /g'
}

disk_told() { lsblk -dnro NAME,SIZE,VENDOR,MODEL "$1" | sed 's/\\x20/ /g; s/  */ /g'; }

# internal NAME: whether a disk is neither on USB, nor an SD card, nor removable, nor a file's loop device.
internal() {
  [[ $1 != loop* ]] && [[ $(realpath "/sys/block/$1") != */usb* ]] && [ "$(cat "/sys/block/$1/removable")" = 0 ] &&
    ! grep -qsx SD "/sys/block/$1/device/type"
}

# write_medium ISO TARGET CREDENTIALS-DIR
write_medium() {
  local iso=$1 target=$2 credentials=$3 bytes start have
  bytes=$(stat -c %s "$iso")
  # In MiB: after the ISO, with room for the second partition table behind it.
  start=$(((bytes + (1 << 20) - 1) >> 20))
  if [ ! -b "$target" ]; then
    # Under its name once it is whole.
    target=$target.part
    rm -f "$target"
    (umask 077 && truncate -s $(((start + SETUP_MIB + 1) << 20)) "$target")
  else
    have=$(lsblk -dnbo SIZE "$target")
    [ "$have" -ge $(((start + SETUP_MIB + 1) << 20)) ] ||
      die "write: $target has $((have >> 20)) MiB, and $((start + SETUP_MIB + 1)) are needed"
  fi
  say "writing $((bytes >> 20)) MiB to $target"
  dd if="$iso" of="$target" bs=4M conv=notrunc,fsync "$(dd_status)"
  say 'reading it back'
  uncached "$target"
  cmp -n "$bytes" "$iso" "$target" || die "write: $target does not give back what was written to it: take another medium"
  add_partition "$target" "$start"
  setup_image "$credentials" | dd of="$target" bs=1M iflag=fullblock seek="$start" conv=notrunc,fsync status=none
  uncached "$target"
  setup_image "$credentials" | cmp -i 0:$((start << 20)) -n $((SETUP_MIB << 20)) - "$target" ||
    die "write: $target does not give back its partition nullbox-setup: take another medium"
  [ "$target" = "$2" ] || mv "$target" "$2"
}

dd_status() { if [ -t 2 ]; then echo status=progress; else echo status=none; fi; }

# uncached TARGET: what is read next comes from the medium.
uncached() { dd of="$1" oflag=nocache conv=notrunc,fdatasync count=0 status=none; }

# add_partition TARGET START-MIB: nullbox-setup at that place; the second partition table moves to the medium's end.
add_partition() {
  local words=(--append --quiet --wipe never --wipe-partitions never)
  if [ ! -b "$1" ]; then words+=(--no-reread --no-tell-kernel); fi
  printf 'start=%d, size=%d, name=nullbox-setup\n' $(($2 * 2048)) $((SETUP_MIB * 2048)) |
    /sbin/sfdisk "${words[@]}" "$1" 2>&1 | { grep -v 'will be corrected by write' || :; } >&2
  /sbin/sfdisk --dump "$1" | grep -q 'name="nullbox-setup"' || die "write: $1 has no partition nullbox-setup: see the lines above"
}

# setup_image DIR: the content of nullbox-setup as nulld's SetupPartition reads it.
setup_image() {
  python3 - "$1" "$((SETUP_MIB << 20))" <<'PYTHON'
import hashlib, struct, sys
server, authority = (open(sys.argv[1] + "/" + name, "rb").read() for name in ("server.p12", "ca.pem"))
header = b"nullbox-setup 1\n" + struct.pack("<II", len(server), len(authority)) + hashlib.sha256(server + authority).digest()
image = header.ljust(512, b"\0") + server + authority
sys.stdout.buffer.write(image.ljust(int(sys.argv[2]), b"\0"))
PYTHON
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then write_medium "$@"; fi
