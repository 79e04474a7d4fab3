#!/usr/bin/env bash
# erofs-utils as an unpacked tree from Debian trixie, run with its own dynamic loader and never installed. Run it to print
# the cache entry, which holds mkfs.erofs, dump.erofs and fsck.erofs. Sourced, it gives erofs_entry and make_root_image.
# Needs: apt, dpkg-deb, tar.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=erofs.version
. "$NB_ROOT/tools/erofs.version"

# The packages' documents stay: what of them goes into the image needs its licence beside it.
unpack_erofs() {
  local out=$1 pin program TREE_UNUSED=(etc var usr/share/man usr/share/locale usr/share/lintian usr/share/bug)
  pin=$(NB_PINNED_IN=tools/erofs.version debian_choose "erofs-utils=$EROFS_VERSION" "${EROFS_VERSION%%-*}-")
  trixie_tree "$out" "$pin"
  for program in mkfs dump fsck; do tree_program "$out/$program.erofs" "usr/bin/$program.erofs"; done
  "$out/mkfs.erofs" --version
}

build_erofs() { NB_REPEAT=tools/erofs.sh step 'unpacking erofs-utils from Debian trixie' erofs unpack_erofs "$1"; }

EROFS_TOOLS_KEY=$(hash_of "$EROFS_VERSION" "$(declare -f unpack_erofs trixie_tree tree_program)")

# erofs_entry: prints the cache entry.
erofs_entry() { cache_build erofs "$EROFS_TOOLS_KEY" build_erofs; }

# The same bytes from the same files: one UUID, and one time of making. LZ4, since it costs a guest the least; pieces of
# 64 KiB, since smaller ones take more room and are read no faster.
EROFS_OPTIONS=(--quiet -U 6e756c6c-626f-4078-8000-726f6f740001 "-T$SOURCE_DATE_EPOCH" --mkfs-time
  -zlz4hc -C65536 -Eztailpacking)

# make_root_image SOURCE NAME.erofs [OPTION...]: packs a directory, or a tar archive, as an EROFS image, and writes its
# digest to NAME.digest. Owners, modes, times and extended attributes are those of SOURCE; OPTION is mkfs.erofs's.
make_root_image() {
  local source=$1 image=$2 mkfs
  shift 2
  mkfs=$(erofs_entry)/mkfs.erofs
  # Where SOURCE_DATE_EPOCH is set, mkfs.erofs takes it for the time of all younger files: Python, for one, would then
  # find each of its compiled files older than its source.
  if [ -d "$source" ]; then
    env -u SOURCE_DATE_EPOCH "$mkfs" "${EROFS_OPTIONS[@]}" "$@" "$image" "$source"
  else
    # An archive that does not name its top would give a top that anyone may write to.
    { top_of_archive && cat "$source"; } | env -u SOURCE_DATE_EPOCH "$mkfs" "${EROFS_OPTIONS[@]}" "$@" --tar=f "$image"
  fi
  printf 'sha256:%s\n' "$(sha256sum "$image" | cut -d' ' -f1)" >"${image%.erofs}.digest"
}

# top_of_archive: the header of a tar archive's entry "./", which an entry of that name further on replaces.
top_of_archive() {
  tar -c --format=ustar --mtime="@$SOURCE_DATE_EPOCH" --owner=0:0 --group=0:0 --mode=0755 --no-recursion -C / ./ | head -c 512
}

# What an image depends on, beside its files.
# shellcheck disable=SC2034 # for the parts that make images
EROFS_KEY=$(hash_of "$EROFS_TOOLS_KEY" "${EROFS_OPTIONS[*]}" "$(declare -f make_root_image top_of_archive)")

if [ "${BASH_SOURCE[0]}" = "$0" ]; then erofs_entry; fi
