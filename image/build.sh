#!/usr/bin/env bash
# build.sh [--variant NAME]... root|tools|iso|again: puts the root file system together from the files that rootfs.manifest
# names, or the guests' tools disk from those that tools.manifest names, and prints the cache entry.
#   root  root.squashfs with its tree of hashes behind it, root.verity (the hash at its root), initramfs.zst, files.txt (every path with its mode, size and SHA-256), sources.txt, licences/ and
#         sbom.cdx.json (sbom.py)
#   tools tools.erofs, files.txt; of no part but NB_GUEST, NB_GUEST_TOOLS and the Debian packages
#   again packs all of it a second time, compares, and prints nothing: two builds of one commit give the same bytes
#   iso   nullbox.iso, bootable by BIOS and EFI, from the same parts, with sources.txt and licences/ in it and beside it,
#         and sbom.cdx.json beside it;
#         NB_KERNEL_ARGS adds to its kernel command line
# --variant adds variants/NAME.manifest, for tests: the product has none.
# The parts come as directories in the environment: NB_JAVA, NB_NATIVE, NB_KRUN, NB_HELLO, NB_KERNEL, NB_GUEST,
# NB_GUEST_KERNEL, NB_GUEST_TOOLS, NB_TOOLS (and NB_JRE, NB_CHAOS for the variants). Needs: mksquashfs, veritysetup, cpio, zstd, readelf; for iso also xorriso,
# grub-mkimage, mkfs.fat, mcopy.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
# shellcheck source=../tools/debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=../tools/erofs.sh
. "$NB_ROOT/tools/erofs.sh"

HERE=$NB_ROOT/image
# shellcheck source=sources.sh
. "$HERE/sources.sh"
# shellcheck source=elf.sh
. "$HERE/elf.sh"
TOOLS_MANIFEST=$HERE/tools.manifest
MANIFESTS=("$HERE/rootfs.manifest")
while [ "${1:-}" = --variant ]; do
  MANIFESTS+=("$HERE/variants/$2.manifest")
  [ -f "$HERE/variants/$2.manifest" ] || die "--variant $2: there is no $HERE/variants/$2.manifest"
  shift 2
done
WANTED=${1:?root, tools, iso or again}

# fetch_packages DIR: each package unpacked to DIR/NAME, and DIR/sources: name, version, source package and its version.
fetch_packages() {
  local out=$1 name version sum pin pins=() there
  debian_update
  mapfile -t pins < <(entries "$HERE/packages.lock" | cut -d' ' -f1)
  there=$(private_apt apt-cache madison "${pins[@]}" | awk '{print $1 "=" $3}')
  pins=()
  while read -r name version sum; do
    pin=$name=$version
    # One by one only where the pin has gone: each question takes seconds.
    grep -qxF "$pin" <<<"$there" || pin=$(NB_PINNED_IN=image/packages.lock debian_choose "$pin" "${version%-*}-")
    pins+=("$pin")
  done < <(entries "$HERE/packages.lock")
  debian_download "$out/debs" "${pins[@]}"
  while read -r name version sum; do
    if printf '%s\n' "${pins[@]}" | grep -qxF "$name=$version"; then check_sha256 "$out"/debs/"$name"_*.deb "$sum"; fi
    mkdir "$out/$name"
    dpkg-deb --fsys-tarfile "$out"/debs/"$name"_*.deb | tar -x --no-same-owner -C "$out/$name"
    source_of "$out"/debs/"$name"_*.deb
  done < <(entries "$HERE/packages.lock") >"$out/sources.unsorted"
  sort "$out/sources.unsorted" >"$out/sources"
  rm -r "$out/debs" "$out/sources.unsorted"
}

# source_of DEB: name, version, source package and its version, which are its own where it names none.
source_of() {
  # shellcheck disable=SC2016 # dpkg-deb's own variables
  dpkg-deb -W --showformat '${Package} ${Version} ${source:Package} ${source:Version}\n' "$1"
}

entries() { grep -hEv '^ *(#|$)' "$@"; }

# part PATH-IN-MANIFEST: where a source of the manifest lies on this machine.
part() {
  local rest=${1#*:}
  case $1 in
  repo:*) echo "$NB_ROOT/$rest" ;;
  deb:*) echo "$PACKAGES/${rest%%:*}${rest#*:}" ;;
  erofs:*) echo "$NB_EROFS/root${rest#*:}" ;;
  native:*) echo "$NB_NATIVE/$rest" ;;
  krun:*) echo "$NB_KRUN/$rest" ;;
  hello:*) echo "$NB_HELLO/$rest" ;;
  chaos:*) echo "$NB_CHAOS/$rest" ;;
  jre:*) echo "$NB_JRE/$rest" ;;
  guest:*) echo "$NB_GUEST/$rest" ;;
  guest-kernel:*) echo "$NB_GUEST_KERNEL/$rest" ;;
  guest-tools:*) echo "$NB_GUEST_TOOLS/$rest" ;;
  tools:*) echo "$NB_TOOLS/$rest" ;;
  *) die "manifest: unknown kind of source '$1'; known are repo, deb, erofs, native, krun, hello, chaos, jre, guest, guest-kernel, guest-tools, tools" ;;
  esac
}

# fill_root ROOT MANIFEST...
fill_root() {
  local root=$1 type mode path source
  shift
  mkdir "$root"
  while read -r type mode path source; do
    case $type in
    dir) mkdir "$root$path" && chmod "$mode" "$root$path" ;;
    link) ln -s "$source" "$root$path" ;;
    file) rm -f "$root$path" && install -m "$mode" "$(part "$source")" "$root$path" ;;
    tree) cp -rL "$(part "$source")" "$root$path" && chmod -R "$mode" "$root$path" ;;
    *) die "manifest: unknown type '$type' for $path" ;;
    esac
  done < <(entries "$@")
  chmod 0755 "$root"
}

# violations ROOT MANIFEST...: what must hold of any root file system, whatever the manifest says; each line printed is a
# violation.
violations() {
  local root=$1 file needed library
  shift
  (cd "$root" && find . -mindepth 1 | sed 's/^\.//' | sort) >"$root.found"
  entries "$@" | awk '{print $3}' | sort -u >"$root.named"
  # A tree (test variants only) names its top.
  entries "$@" | awk '$1 == "tree" {print "^" $3 "/"} END {print "^$"}' >"$root.trees"
  comm -23 "$root.found" "$root.named" | { grep -vf "$root.trees" || :; } | sed 's/$/: not named in the manifest/'
  find "$root" ! -type l -perm /022 -printf '/%P: others than its owner may write to it\n'
  find "$root" -perm /7000 -printf '/%P: setuid, setgid or sticky\n'
  find "$root" -regextype posix-extended -regex '.*/(sh|bash|dash|ash|busybox|toybox|zsh|ksh|csh|perl[0-9.]*|python[0-9.]*|lua[0-9.]*|awk|gawk|mawk)' -printf '/%P: a shell or interpreter\n'
  while read -r file; do
    if [ "$(head -c 2 "$file")" = '#!' ]; then echo "${file#"$root"}: a script"; fi
    readelf -d "$file" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >"$root.needed"
    while read -r needed; do
      library=$(find "$root" -name "$needed" | head -n 1)
      [ -n "$library" ] || echo "${file#"$root"}: needs $needed, which is not in the root file system"
    done <"$root.needed"
  done < <(find "$root" -type f -perm /111 -o -type f -name '*.so*')
  # A variant's own files are the tests'.
  if [ ${#MANIFESTS[@]} -eq 1 ]; then manifest_elf_violations "$root" "$@"; fi
}

refuse_for() {
  if [ -n "$1" ]; then
    printf 'the root file system is refused:\n%s\n' "$1"
    exit 1
  fi
}

# Levels of zstd beyond which time grows much and size little: 19 for both makes the ISO 3 % smaller, in four times the time.
ROOT_LEVEL=15 INITRAMFS_LEVEL=12

# checked_root OUT MANIFEST...: OUT/root and OUT/files.txt; fails when a root file system may not be so.
checked_root() {
  local out=$1 root=$1/root bad
  shift
  fill_root "$root" "$@"
  bad=$(violations "$root" "$@")
  refuse_for "$bad"
  list_files "$root" >"$out/files.txt"
  rm -f "$root".found "$root".named "$root".trees "$root".needed
}

build_root() {
  local out=$1 root=$1/root
  checked_root "$out" "${MANIFESTS[@]}"
  refuse_for "$(echo '/bin/hello hello:' | elf_violations "$NB_HELLO/rootfs" '/agents/hello/root.erofs!')"
  mksquashfs "$root" "$out/root.squashfs" -noappend -no-progress -comp zstd -Xcompression-level "$ROOT_LEVEL" -b 256K \
    -all-root -no-xattrs -no-exports -processors "$NB_JOBS"
  add_hashes "$out"
  build_initramfs "$out" "$root"
  { echo "$SOURCES_HEAD" && root_sources | sort; } >"$out/sources.txt"
  write_licences "$out/licences"
  # A variant is for tests alone.
  if [ ${#MANIFESTS[@]} -eq 1 ]; then root_bill "$out" "$root"; fi
  rm -rf "$root"
}

# add_hashes OUT: dm-verity's tree of hashes behind OUT/root.squashfs, as stage 1 reads it (VerityTree), and OUT/root.verity. The
# salt is the SquashFS's own hash, so that the same file system has the same tree.
add_hashes() {
  local image=$1/root.squashfs size salt
  size=$(stat -c %s "$image")
  [ $((size % 4096)) -eq 0 ] || die "$image has $size bytes, which are no blocks of 4096"
  salt=$(sha256sum "$image" | cut -d' ' -f1)
  /sbin/veritysetup format --format=1 --hash=sha256 --data-block-size=4096 --hash-block-size=4096 \
    --data-blocks=$((size / 4096)) --hash-offset="$size" --salt="$salt" --uuid="${salt:0:8}-${salt:8:4}-4${salt:13:3}-8${salt:17:3}-${salt:20:12}" \
    "$image" "$image" | tee "$1/verity.log"
  sed -n 's/^Root hash:[[:space:]]*\([0-9a-f]\{64\}\)$/\1/p' "$1/verity.log" >"$1/root.verity"
  [ -s "$1/root.verity" ] || die 'veritysetup has said no root hash'
  /sbin/veritysetup verify --hash-offset="$size" "$image" "$image" "$(cat "$1/root.verity")"
  rm "$1/verity.log"
}

build_tools() {
  checked_root "$1" "$TOOLS_MANIFEST"
  make_root_image "$1/root" "$1/tools.erofs" --all-root --all-time
  rm -rf "$1/root" "$1/tools.digest"
}

# Stage 1 is the same executable, called as /init; root.superblock tells it which SquashFS is its own.
build_initramfs() {
  local out=$1 root=$2 init=$1/initramfs library
  mkdir -p "$init"/{proc,sys,dev,newroot,iso,lib64,lib}
  cp "$root/sbin/nullbox" "$init/init"
  cp "$root/lib64/ld-linux-x86-64.so.2" "$init/lib64/"
  for library in $(readelf -d "$init/init" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [ -e "$init/lib64/$library" ] || cp "$root/lib/$library" "$init/lib/"
  done
  touch "$init/stage1"
  head -c 96 "$out/root.squashfs" >"$init/root.superblock"
  find "$init" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
  (cd "$init" && find . -mindepth 1 -print0 | sort -z | cpio --null --quiet --reproducible -R 0:0 -o -H newc) |
    zstd -q "-$INITRAMFS_LEVEL" -T"$NB_JOBS" -o "$out/initramfs.zst"
  rm -rf "$init"
}

KERNEL_ARGS="console=tty0 console=ttyS0,115200 quiet panic=10 kvm_amd.nested=0 kvm_intel.nested=0${NB_KERNEL_ARGS:+ $NB_KERNEL_ARGS}"
GRUB_MODULES=(iso9660 part_msdos part_gpt normal linux serial terminal configfile search search_label test echo all_video)

build_iso() {
  local out=$1 tree=$1/tree bios=/usr/lib/grub/i386-pc
  mkdir -p "$tree/boot/grub" "$tree/nullbox"
  cp "$NB_KERNEL/bzImage" "$tree/boot/vmlinuz"
  cp "$ROOT/initramfs.zst" "$tree/boot/initramfs"
  cp "$ROOT/root.squashfs" "$tree/nullbox/root.squashfs"
  { head -n 1 "$ROOT/sources.txt" && { tail -n +2 "$ROOT/sources.txt" && iso_sources; } | sort; } >"$out/sources.txt"
  cp -r "$ROOT/licences" "$out/licences"
  cp -r "$out/sources.txt" "$out/licences" "$tree/"
  cat >"$tree/boot/grub/grub.cfg" <<CFG
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=2
menuentry "NullBox" {
  linux /boot/vmlinuz $KERNEL_ARGS nullbox.verity=$(cat "$ROOT/root.verity")
  initrd /boot/initramfs
}
CFG
  # shellcheck disable=SC2016 # GRUB's own variable
  printf 'search --no-floppy --label --set=root NULLBOX\nset prefix=($root)/boot/grub\n' >"$out/early.cfg"
  grub-mkimage -O i386-pc-eltorito -c "$out/early.cfg" -p /boot/grub -o "$tree/boot/grub/bios.img" biosdisk "${GRUB_MODULES[@]}"
  grub-mkimage -O x86_64-efi -c "$out/early.cfg" -p /boot/grub -o "$out/BOOTX64.EFI" "${GRUB_MODULES[@]}"
  mkfs.fat -C --invariant -F 12 -n EFI "$out/efi.img" 2880
  find "$tree" "$out/BOOTX64.EFI" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
  mmd -i "$out/efi.img" ::EFI ::EFI/BOOT
  mcopy -m -i "$out/efi.img" "$out/BOOTX64.EFI" ::EFI/BOOT/BOOTX64.EFI
  xorriso -as mkisofs -quiet -r -J -V NULLBOX -o "$out/nullbox.iso" --grub2-mbr "$bios/boot_hybrid.img" \
    -partition_offset 16 --protective-msdos-label -b boot/grub/bios.img -no-emul-boot -boot-load-size 4 \
    -boot-info-table --grub2-boot-info -append_partition 2 0xef "$out/efi.img" -appended_part_as_gpt \
    -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
    --modification-date="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S00)" "$tree"
  iso_bill "$out"
  rm -rf "$tree" "$out/efi.img" "$out/BOOTX64.EFI" "$out/early.cfg"
}

pack_again() {
  local second=$1
  mkdir "$second/root" "$second/iso" "$second/tools"
  build_tools "$second/tools"
  cmp "$NB_TOOLS/tools.erofs" "$second/tools/tools.erofs"
  build_root "$second/root"
  cmp "$ROOT/root.squashfs" "$second/root/root.squashfs"
  cmp "$ROOT/root.verity" "$second/root/root.verity"
  cmp "$ROOT/initramfs.zst" "$second/root/initramfs.zst"
  build_iso "$second/iso"
  cmp "$ROOT/sbom.cdx.json" "$second/root/sbom.cdx.json"
  cmp "$ISO/nullbox.iso" "$second/iso/nullbox.iso"
  cmp "$ISO/sbom.cdx.json" "$second/iso/sbom.cdx.json"
}

take_packages() { NB_REPEAT='./nullbox build image' step 'taking the Debian packages of the root file system' image-packages fetch_packages "$1"; }
pack_tools() { NB_REPEAT='./nullbox build image' step "putting the guests' tools disk together" tools build_tools "$1"; }
pack_root() { NB_REPEAT='./nullbox build image' step 'putting the root file system together' image build_root "$1"; }
pack_iso() { NB_REPEAT='./nullbox build iso' step 'making the ISO' iso build_iso "$1"; }

# The contents of all the parts, by the sums that their cache entries carry, and what packs them.
parts_key() {
  hash_of "$(dpkg-query -W -f '${Package} ${Version}\n' binutils cpio cryptsetup-bin squashfs-tools zstd)" "$HERE/build.sh" "$HERE/sources.sh" "$HERE/sbom.py" "$HERE/elf.sh" "$HERE/elf.exceptions" "$SOURCES_LIST" "$NOTICES" "${MANIFESTS[@]}" "$TOOLS_MANIFEST" "$HERE/files" "$PACKAGES/.sums" "$NB_NATIVE/.sums" "$NB_KRUN/.sums" \
    "$NB_HELLO/.sums" "$NB_GUEST_KERNEL/.sums" "$NB_TOOLS/.sums" "$NB_EROFS/.sums" "${NB_CHAOS:+$NB_CHAOS/.sums}" "${NB_JRE:+$NB_JRE/.sums}"
}

PACKAGES=$(cache_build image-packages "$(hash_of "$HERE/packages.lock" "$(declare -f fetch_packages source_of)")" take_packages)
if [ "$WANTED" = tools ]; then
  cache_build tools "$(hash_of "$HERE/build.sh" "$HERE/elf.sh" "$HERE/elf.exceptions" "$TOOLS_MANIFEST" "$PACKAGES/.sums" "$NB_GUEST/.sums" "$NB_GUEST_TOOLS/.sums" "$EROFS_KEY")" pack_tools
  exit
fi
NB_EROFS=$(erofs_entry)
ROOT=$(cache_build image "$(parts_key)" pack_root)
if [ "$WANTED" != root ]; then
  ISO=$(cache_build iso "$(hash_of "$ROOT/.sums" "$NB_KERNEL/.sums" "$KERNEL_ARGS" "$HERE/build.sh" "$HERE/sources.sh" "$HERE/sbom.py" \
    "$(dpkg-query -W -f '${Package} ${Version}\n' dosfstools grub-efi-amd64-bin grub-pc-bin mtools xorriso)")" pack_iso)
fi
case $WANTED in
root) printf '%s\n' "$ROOT" ;;
iso) printf '%s\n' "$ISO" ;;
again)
  SECOND=$(mktemp -d)
  trap 'rm -rf "$SECOND"' EXIT
  NB_REPEAT='./nullbox build again' step 'packing the image a second time' image-again pack_again "$SECOND"
  ;;
*) die "image/build.sh: wanted 'root', 'tools', 'iso' or 'again', got '$WANTED'" ;;
esac
