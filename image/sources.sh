# shellcheck shell=bash
# sources.txt, licences/ and the bill of materials: what the image holds of others, under which licence, and where its source
# is.
# Sourced by build.sh, for its manifests, parts and packages. Needs: dpkg-query.

SOURCES_LIST=$HERE/sources.list
NOTICES=$HERE/NOTICES
COMMON_LICENCES=/usr/share/common-licenses
# shellcheck disable=SC2034 # build.sh's
SOURCES_HEAD='name | version | licence (a file, or its SPDX name; texts in licences/) | where its source is | where it is'

# row NAME VERSION LICENCE SOURCE WHERE: one line of sources.txt; LICENCE and SOURCE are sources.list's when empty.
row() {
  local line licence=$3 source=$4
  if [ -z "$source" ]; then
    line=$(entries "$SOURCES_LIST" | grep "^$1 | ") || die "$1 is in the image, and image/sources.list has no line for it"
    IFS='|' read -r _ licence source <<<"${line// | /|}"
  fi
  printf '%s | %s | %s | %s | %s\n' "$1" "$2" "$licence" "$source" "$5"
}

# paths_of SOURCE MANIFEST...: the paths whose source begins so.
paths_of() {
  local source=$1
  shift
  entries "$@" | awk -v source="$source" 'index($4, source) == 1 {print $3}' | paste -sd' '
}

installed() { dpkg-query -W -f '${Version}' "$1"; }

# packages_of MANIFEST...: the Debian packages that they take files from.
packages_of() { entries "$@" | awk '$4 ~ /^deb:/ {split($4, part, ":"); print part[2]}' | sort -u; }

# debian_rows MANIFEST...
debian_rows() {
  local name version source
  while read -r name version source; do
    row "$name" "$version" "licences/$name" "Debian source package $source" "$(paths_of "deb:$name:" "$@")"
  done < <(packages_of "$@" | join - "$PACKAGES/sources")
}

# trixie_packages_of MANIFEST...: those of them that are Debian trixie's.
trixie_packages_of() { entries "$@" | awk '$4 ~ /^erofs:/ {split($4, part, ":"); print part[2]}' | sort -u; }

# trixie_rows MANIFEST...: by the first line of their change logs, SOURCE (VERSION) SUITE; ...
trixie_rows() {
  local name source version
  while read -r name; do
    read -r source version _ < <(zcat "$NB_EROFS/root/usr/share/doc/$name/changelog.Debian.gz")
    version=${version#(}
    row "$name" "${version%)}" "licences/trixie-$name" "Debian source package $source ${version%)}" "$(paths_of "erofs:$name:" "$@")"
  done < <(trixie_packages_of "$@")
}

# executable_rows: what the native executables and what lies beside them are made from.
executable_rows() {
  local where
  native_rows jars "$(paths_of native: "${MANIFESTS[@]}")"
  where=$(paths_of guest-tools: "$TOOLS_MANIFEST")
  [ -z "$where" ] || native_rows guest-jars "$where (of the tools disk)"
}

# native_rows JARS WHERE: what an executable of the jars in that directory of the Java part holds of others.
native_rows() {
  local jar name where=$2
  while read -r jar; do
    name=$(basename "$jar" .jar)
    [ "${name##*-}" = "$OWN_VERSION" ] || row "${name%-*}" "${name##*-}" '' '' "$where"
  done < <(find "$NB_JAVA/$1" -name '*.jar' | sort)
  row openjdk "$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release")" '' '' "$where"
  row graalvm "$(graalvm_version)" '' '' "$where"
  row zlib "$(installed zlib1g-dev)" '' '' "$where"
}

OWN_VERSION=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$NB_ROOT/pom.xml" | head -n 1)

graalvm_version() {
  if [ -n "${GRAALVM_HOME:-}" ]; then
    sed -n 's/^GRAALVM_VERSION="\(.*\)"/\1/p' "$GRAALVM_HOME/release"
  else
    sed -n 's/.*-Dorg[.]graalvm[.]version=\([0-9.]*\).*/\1/p' "$HERE/native.sh"
  fi
}

linux_version() { sed -n 's/^# Linux.* \([0-9][0-9.]*\) Kernel Configuration$/\1/p' "$1/config"; }

# root_sources: the lines for the root file system and the tools disk in it.
root_sources() {
  local name where
  debian_rows "${MANIFESTS[@]}"
  trixie_rows "${MANIFESTS[@]}"
  debian_rows "$TOOLS_MANIFEST" | sed 's/$/ (of the tools disk)/'
  executable_rows
  row linux "$(linux_version "$NB_GUEST_KERNEL")" '' '' "$(paths_of guest-kernel: "${MANIFESTS[@]}")"
  row musl "$(installed musl-tools)" '' '' "$(paths_of hello:root.erofs "${MANIFESTS[@]}")"
  row musl "$(installed musl-tools)" '' '' "$(paths_of guest: "$TOOLS_MANIFEST") (of the tools disk)"
  for name in libkrun libkrunfw; do
    where=$(paths_of "krun:$name.so" "${MANIFESTS[@]}")
    [ -z "$where" ] || row "$name" "$(cat "$NB_KRUN/route")" '' '' "$where"
  done
}

# iso_sources: the lines for what the ISO adds.
iso_sources() {
  row linux "$(linux_version "$NB_KERNEL")" '' '' '/boot/vmlinuz (of the ISO)'
  row grub2 "$(installed grub-pc-bin)" '' '' '/boot/grub /EFI/BOOT (of the ISO)'
}

# write_licences DIR: the texts, those of the Debian packages and those that they and sources.list name.
write_licences() {
  local dir=$1 name documents
  mkdir "$dir"
  while read -r name; do
    # Packages of one source may share their documents.
    documents=$(basename "$(readlink "$PACKAGES/$name/usr/share/doc/$name" || echo "$name")")
    install -m 644 "$PACKAGES/$documents/usr/share/doc/$documents/copyright" "$dir/$name"
  done < <(packages_of "${MANIFESTS[@]}" "$TOOLS_MANIFEST")
  while read -r name; do
    install -m 644 "$NB_EROFS/root/usr/share/doc/$name/copyright" "$dir/trixie-$name"
  done < <(trixie_packages_of "${MANIFESTS[@]}")
  find "$COMMON_LICENCES" -type f -exec install -m 644 {} "$dir/" \;
  install -m 644 "$NOTICES" "$dir/NOTICES"
}

# list_files DIR: path, mode, size and SHA-256 of each file.
list_files() {
  (cd "$1" && find . -type f -printf '/%P %m %s ' -exec sh -c 'sha256sum <"$1" | cut -d" " -f1' _ {} \; | sort)
}

# The manifests that a bill takes, one word for sbom.py.
joined() { printf ':%s' "$@"; }

# root_bill OUT ROOT: the bill of the root file system in the directory ROOT, which OUT/files.txt lists, and of the disks in
# it. The bill is held against ROOT.
root_bill() {
  local out=$1
  list_files "$NB_HELLO/rootfs" >"$out/hello.files"
  python3 "$HERE/sbom.py" root "$OWN_VERSION" "$out/sources.txt" "$out/licences" "$out/sbom.cdx.json" \
    "root=$out/files.txt$(joined "${MANIFESTS[@]}")" "tools.erofs=$NB_TOOLS/files.txt:$TOOLS_MANIFEST" \
    "hello.erofs@root!/agents/hello/root.erofs=$out/hello.files"
  python3 "$HERE/sbom.py" check "$out/sbom.cdx.json" "root=$2" "hello.erofs=$NB_HELLO/rootfs"
  rm "$out/hello.files"
}

# iso_bill OUT: the bill of OUT/nullbox.iso as it was made, which adds boot loader, kernel and initramfs.
iso_bill() {
  local out=$1 list=$1/lists container
  mkdir -p "$list" "$out/iso" "$out/efi/EFI/BOOT" "$out/initramfs"
  xorriso -report_about WARNING -osirrox on -indev "$out/nullbox.iso" -extract / "$out/iso"
  chmod -R u+w "$out/iso"
  cp "$out/BOOTX64.EFI" "$out/efi/EFI/BOOT/"
  zstd -qdc "$out/iso/boot/initramfs" | cpio -id --quiet -D "$out/initramfs"
  for container in iso efi initramfs; do list_files "$out/$container" >"$list/$container"; done
  python3 "$HERE/sbom.py" iso "$OWN_VERSION" "$out/sources.txt" "$out/licences" "$out/sbom.cdx.json" "$ROOT/sbom.cdx.json" \
    "iso=$list/iso" "efi=$list/efi" "initramfs=$list/initramfs"
  python3 "$HERE/sbom.py" check "$out/sbom.cdx.json" "iso=$out/iso" "efi=$out/efi" "initramfs=$out/initramfs"
  rm -rf "$list" "$out/iso" "$out/efi" "$out/initramfs"
}
