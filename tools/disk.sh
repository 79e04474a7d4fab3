#!/usr/bin/env bash
# disk.sh IMAGE AGENT-DIR...: makes a data disk with agents on it, from directories that hold AGENT.toml and one of
# rootfs/, rootfs.tar, and root.erofs with root.digest. Sourced, it gives data_disk, agent_name and agent_root.
# Needs: sfdisk, python3; mkfs.xfs and mkfs.erofs come from Debian trixie.

# shellcheck source=erofs.sh
. "$(dirname "${BASH_SOURCE[0]}")/erofs.sh"
# shellcheck source=disk.version
. "$NB_ROOT/tools/disk.version"

# Not all that its package needs, which is Python for its daemons.
unpack_xfs() {
  local out=$1 pin
  pin=$(NB_PINNED_IN=tools/disk.version debian_choose "xfsprogs=$XFSPROGS_VERSION" "${XFSPROGS_VERSION%%-*}-")
  trixie_tree "$out" only "$pin" libc6 libblkid1 libinih1 liburcu8t64 libuuid1
  tree_program "$out/mkfs.xfs" usr/sbin/mkfs.xfs
  "$out/mkfs.xfs" -V
}

build_xfs() { NB_REPEAT='tools/disk.sh IMAGE DIR' step 'unpacking xfsprogs from Debian trixie' xfs unpack_xfs "$1"; }

# xfs_entry: prints the cache entry, which holds mkfs.xfs.
xfs_entry() { cache_build xfs "$(hash_of "$XFSPROGS_VERSION" "$(declare -f unpack_xfs trixie_tree tree_program)")" build_xfs; }

# agent_name DIR: the name that its AGENT.toml gives, which its directory on the appliance must have.
agent_name() {
  sed -n '/^ *\[agent\]/,/^ *\[[^]]*\] *$/s/^ *name *= *["'\'']\([^"'\'']*\).*/\1/p' "$1/AGENT.toml" | head -n 1
}

# agent_root DIR: the agent's root, a directory, an archive, or an image that is ready; fails unless there is one of the
# three.
agent_root() {
  local found=()
  if [ -d "$1/rootfs" ]; then found+=("$1/rootfs"); fi
  if [ -f "$1/rootfs.tar" ]; then found+=("$1/rootfs.tar"); fi
  if [ -f "$1/root.erofs" ]; then found+=("$1/root.erofs"); fi
  [ ${#found[@]} -eq 1 ] || return 1
  printf '%s\n' "${found[0]}"
}

# The appliance sets aside what an agent's disks may grow to, 1 or 2 GiB by default; a sparse file costs nothing.
DATA_DISK_MB=65536
PARTITION_MB=1

# data_disk IMAGE AGENT-DIR...: a sparse disk with one partition, found by its label, that holds agents/NAME for each
# directory.
data_disk() {
  local image=$1 work=$1.work agent agents name megabytes needed mkfs
  shift
  agents=$(du -smc "$@" | tail -n 1 | cut -f1)
  megabytes=$((DATA_DISK_MB + agents))
  # The agents once as images, and once on the disk.
  needed=$((agents * 2 + 128))
  [ "$(free_kb "$(dirname "$image")")" -ge $((needed * 1024)) ] ||
    die "the data disk needs $needed MB in $(dirname "$image"), where $(($(free_kb "$(dirname "$image")") / 1024)) MB are free: set TMPDIR to a directory on a larger disk"
  rm -rf "$work" "$image"
  mkdir -p "$work/agents"
  for agent in "$@"; do
    name=$(agent_name "$agent")
    mkdir "$work/agents/$name"
    cp "$agent/AGENT.toml" "$work/agents/$name/"
    pack_agent "$agent" "$work/agents/$name/root.erofs"
  done
  mkfs=$(xfs_entry)/mkfs.xfs
  # Its copies of the files are relative to the directory, whose name may hold what the prototype cannot.
  (cd "$work" && file_system_of agents >prototype && truncate -s "${megabytes}M" system && "$mkfs" -q -p prototype system)
  rm -rf "$work/agents"
  truncate -s "$((megabytes + 2 * PARTITION_MB))M" "$image"
  printf 'label: gpt\nstart=%d, size=%d, name=nullbox-data\n' $((PARTITION_MB * 2048)) $((megabytes * 2048)) | /sbin/sfdisk -q "$image"
  copy_extents "$work/system" "$image" $((PARTITION_MB << 20))
  rm -rf "$work"
}

# pack_agent DIR IMAGE: the image of an agent's root. Who cannot make files of other owners has none to keep, save in an
# archive: root has them all.
pack_agent() {
  local root options=()
  root=$(agent_root "$1")
  if [ "${root##*/}" = root.erofs ]; then
    cp --sparse=always "$root" "$2"
    cp "$1/root.digest" "${2%.erofs}.digest"
    return
  fi
  if [ -d "$root" ] && [ "$(id -u)" -ne 0 ]; then options=(--all-root); fi
  erofs_entry >/dev/null
  NB_REPEAT="./nullbox boot --agent $1" step "packing the root of the agent $(agent_name "$1")" agent-root make_root_image "$root" "$2" "${options[@]}"
}

# file_system_of DIR: mkfs.xfs's prototype of a root that holds DIR, with all that is below it, owned by root.
file_system_of() {
  printf '%s\n' / '0 0' 'd--755 0 0'
  prototype "$1"
  printf '%s\n' '$'
}

prototype() {
  local path
  printf '%s d--755 0 0\n' "${1##*/}"
  for path in "$1"/*; do
    if [ -d "$path" ]; then prototype "$path"; else printf '%s ---644 0 0 %s\n' "${path##*/}" "$path"; fi
  done
  printf '%s\n' '$'
}

# copy_extents FROM TO OFFSET: what FROM holds, without its holes, to TO at that place.
copy_extents() {
  python3 - "$@" <<'PYTHON'
import os, sys
source = os.open(sys.argv[1], os.O_RDONLY)
target = os.open(sys.argv[2], os.O_WRONLY)
offset, size, end = int(sys.argv[3]), os.fstat(source).st_size, 0
while end < size:
    try:
        at = os.lseek(source, end, os.SEEK_DATA)
    except OSError:
        break
    end = os.lseek(source, at, os.SEEK_HOLE)
    while at < end:
        piece = os.pread(source, min(1 << 20, end - at), at)
        at += os.pwrite(target, piece, offset + at)
PYTHON
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then data_disk "$@"; fi
