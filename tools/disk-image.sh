#!/usr/bin/env bash
# disk-image.sh FILE CREDENTIALS-DIR DATA-MIB: makes a disk that boots by BIOS and EFI and keeps its state, from the parts
# that NB_KERNEL and NB_IMAGE name: a raw one, or QEMU's format when FILE ends in .qcow2. NB_KERNEL_ARGS adds to its kernel
# command line. Sourced, it gives ./nullbox build disk.
#
#   1  nullbox-bios    1 MiB    GRUB's core for the BIOS
#   2  nullbox-esp     512 MiB  FAT: GRUB for EFI, its menu, kernel and initramfs
#   3  nullbox-root-a  256 MiB  the SquashFS
#   4  nullbox-root-b  256 MiB  empty until updates come
#   5  nullbox-setup   1 MiB    the operator's certificates
#   6  nullbox-data    the rest XFS
#
# Needs: grub-mkimage, mkfs.fat, mcopy, sfdisk, python3, and qemu-img for .qcow2; mkfs.xfs comes from Debian trixie.

# shellcheck source=media.sh
. "$(dirname "${BASH_SOURCE[0]}")/media.sh"
# shellcheck source=disk.sh
. "$NB_ROOT/tools/disk.sh"

DISK_GRUB_MODULES=(part_gpt fat normal linux serial terminal configfile search search_label test echo all_video)
# In MiB, each partition after the one before.
DISK_BIOS_AT=1 DISK_ESP_AT=2 DISK_ESP=512 DISK_ROOT=256

# build_disk ARGUMENT...: ./nullbox build disk.
build_disk() {
  local file='' credentials='' arguments='' data=16384 packages=()
  while [ $# -gt 0 ]; do
    case $1 in
    --credentials | --kernel-args | --data)
      [ $# -ge 2 ] || misused "build: $1 needs a value; ./nullbox help build"
      case $1 in
      --credentials) credentials=$2 ;;
      --kernel-args) arguments=$2 ;;
      --data) data=$2 ;;
      esac
      shift
      ;;
    -*) misused "build: unknown argument '$1'; ./nullbox help build" ;;
    *)
      [ -z "$file" ] || misused "build: disk takes one FILE, and '$1' is a second; ./nullbox help build"
      file=$1
      ;;
    esac
    shift
  done
  [ -n "$file" ] || misused 'build: disk needs the new FILE to make; ./nullbox help build'
  [ ! -e "$file" ] || misused "build: $file is there already: remove it, or name another FILE"
  [ -d "$(dirname "$file")" ] || misused "build: $file: there is no directory $(dirname "$file")"
  if ! [[ $data =~ ^[1-9][0-9]{2,7}$ ]] || [ "$data" -lt 300 ]; then misused "build: --data $data: the MiB of the data partition, from 300 to 99999999"; fi
  kernel_words build "$arguments"
  if [ -n "$credentials" ]; then check_credentials build "$credentials"; fi
  case $file in *.qcow2) packages=(qemu-utils) ;; esac
  ensure_packages "${packages[@]}"
  if [ -n "$credentials" ]; then usable_credentials build "$credentials"; else credentials=$(credentials_part); fi
  NB_KERNEL=$(kernel_part)
  NB_IMAGE=$(image_part)
  xfs_entry >/dev/null
  export NB_KERNEL NB_IMAGE NB_KERNEL_ARGS=$arguments
  NB_REPEAT="./nullbox build disk $file" step 'making the disk' disk "$NB_ROOT/tools/disk-image.sh" "$file" "$credentials" "$data"
  say "made: $file boots by BIOS and EFI; its port opens to client.p12 of the authority in $credentials"
  note 'its partition nullbox-setup holds the private key of the server: keep the file as you would the key'
}

disk_image() {
  local disk=$1 credentials=$2 data=$3 work=$1.work a b setup state end bios=/usr/lib/grub/i386-pc
  a=$((DISK_ESP_AT + DISK_ESP)) b=$((a + DISK_ROOT)) setup=$((b + DISK_ROOT)) state=$((setup + SETUP_MIB))
  end=$((state + data))
  [ "$(stat -c %s "$NB_IMAGE/root.squashfs")" -le $((DISK_ROOT << 20)) ] || die "the root is larger than its slot of $DISK_ROOT MiB"
  # shellcheck disable=SC2064 # the directory of now
  trap "rm -rf '$work'" EXIT
  rm -rf "$work"
  (umask 077 && mkdir "$work" && truncate -s $(((end + 1) << 20)) "$work/disk")
  {
    echo 'label: gpt'
    partition_line "$DISK_BIOS_AT" 1 nullbox-bios 21686148-6449-6E6F-744E-656564454649
    partition_line "$DISK_ESP_AT" "$DISK_ESP" nullbox-esp C12A7328-F81F-11D2-BA4B-00A0C93EC93B
    partition_line "$a" "$DISK_ROOT" nullbox-root-a 0FC63DAF-8483-4772-8E79-3D69D8477DE4
    partition_line "$b" "$DISK_ROOT" nullbox-root-b 0FC63DAF-8483-4772-8E79-3D69D8477DE4
    partition_line "$setup" "$SETUP_MIB" nullbox-setup 0FC63DAF-8483-4772-8E79-3D69D8477DE4
    partition_line "$state" "$data" nullbox-data 0FC63DAF-8483-4772-8E79-3D69D8477DE4
  } | /sbin/sfdisk -q "$work/disk"
  esp_image "$work"
  copy_extents "$work/esp" "$work/disk" $((DISK_ESP_AT << 20))
  grub-mkimage -O i386-pc -c "$work/early.cfg" -p /boot/grub -o "$work/core" biosdisk "${DISK_GRUB_MODULES[@]}"
  bios_boot "$work/disk" "$bios/boot.img" "$work/core" $((DISK_BIOS_AT << 20))
  copy_extents "$NB_IMAGE/root.squashfs" "$work/disk" $((a << 20))
  setup_image "$credentials" | dd of="$work/disk" bs=1M iflag=fullblock seek="$setup" conv=notrunc status=none
  truncate -s "${data}M" "$work/state"
  "$(xfs_entry)/mkfs.xfs" -q "$work/state"
  copy_extents "$work/state" "$work/disk" $((state << 20))
  if [[ $disk == *.qcow2 ]]; then
    (umask 077 && qemu-img convert -f raw -O qcow2 "$work/disk" "$work/disk.qcow2")
    mv "$work/disk.qcow2" "$disk"
  else
    mv "$work/disk" "$disk"
  fi
}

# partition_line START-MIB MIB NAME TYPE
partition_line() { printf 'start=%d, size=%d, name=%s, type=%s\n' $(($1 * 2048)) $(($2 * 2048)) "$3" "$4"; }

# esp_image WORK: WORK/esp and WORK/early.cfg.
esp_image() {
  local work=$1
  # shellcheck disable=SC2016 # GRUB's own variable
  printf 'search --no-floppy --label --set=root NULLBOXDISK\nset prefix=($root)/boot/grub\n' >"$work/early.cfg"
  cat >"$work/grub.cfg" <<CFG
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=2
menuentry "NullBox" {
  linux /nullbox/vmlinuz console=tty0 console=ttyS0,115200 quiet panic=10 kvm_amd.nested=0 kvm_intel.nested=0 nullbox.verity=$(cat "$NB_IMAGE/root.verity")${NB_KERNEL_ARGS:+ $NB_KERNEL_ARGS}
  initrd /nullbox/initramfs
}
CFG
  grub-mkimage -O x86_64-efi -c "$work/early.cfg" -p /boot/grub -o "$work/BOOTX64.EFI" "${DISK_GRUB_MODULES[@]}"
  truncate -s "${DISK_ESP}M" "$work/esp"
  mkfs.fat -F 32 -n NULLBOXDISK "$work/esp" >/dev/null
  mmd -i "$work/esp" ::EFI ::EFI/BOOT ::boot ::boot/grub ::nullbox
  mcopy -i "$work/esp" "$work/BOOTX64.EFI" ::EFI/BOOT/BOOTX64.EFI
  mcopy -i "$work/esp" "$work/grub.cfg" ::boot/grub/grub.cfg
  mcopy -i "$work/esp" "$NB_KERNEL/bzImage" ::nullbox/vmlinuz
  mcopy -i "$work/esp" "$NB_IMAGE/initramfs.zst" ::nullbox/initramfs
}

# bios_boot DISK BOOT-IMG CORE OFFSET: what grub-bios-setup does, on a file: GRUB's boot sector before the partition table,
# its core at that place, and in each the sector where the next one lies (grub/offsets.h, boot.S, diskboot.S).
bios_boot() {
  python3 - "$@" <<'PYTHON'
import struct, sys
disk, boot, core, offset = sys.argv[1], open(sys.argv[2], "rb").read(), bytearray(open(sys.argv[3], "rb").read()), int(sys.argv[4])
sector = offset // 512
assert len(core) <= 1 << 20, "GRUB's core is larger than its partition"
struct.pack_into("<Q", core, 512 - 12, sector + 1)
first = bytearray(boot[:440])
struct.pack_into("<Q", first, 0x5c, sector)
# The drive is the one that the BIOS names: 0x9090 in place of the jump for floppies.
first[0x66:0x68] = b"\x90\x90"
with open(disk, "r+b") as out:
    out.write(first)
    out.seek(offset)
    out.write(core)
PYTHON
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then disk_image "$@"; fi
