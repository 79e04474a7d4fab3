# shellcheck shell=bash
# Full disks, for which root mounts small file systems.

# on_disk SIZE DIR COMMAND...: run, in a mount namespace where DIR is a file system of SIZE; afterwards $TMP/found names
# the entries that the cache then held.
on_disk() {
  cat >"$TMP/on-disk.sh" <<'SCRIPT'
mount -t tmpfs -o "size=$1" none "$2"
shift 2
code=0
"$@" || code=$?
find "$NULLBOX_CACHE" -mindepth 2 -maxdepth 2 ! -name '.*.lock' ! -path '*/logs/*' >"$TMP/found"
exit "$code"
SCRIPT
  run unshare -m --propagation private bash "$TMP/on-disk.sh" "$@"
}

full_disk_named() {
  expect_failure
  expect_not 'went on'
  expect_says "the disk that holds $NULLBOX_CACHE is full: free some space, empty the cache with ./nullbox clean --all, or set NULLBOX_CACHE"
  [ "$(grep -c 'is full' "$TMP/out")" -eq 1 ] || wrong 'it says so more than once'
  [ ! -s "$TMP/found" ] || wrong "left behind: $(cat "$TMP/found")"
}

test_disk_full_in_a_step() {
  cat >"$TMP/build.sh" <<SCRIPT
. "$NB_ROOT/tools/lib.sh"
fill() { cp /dev/zero "\$1/file"; }
make() { step 'filling the disk' fill fill "\$1"; }
X=\$(cache_build part key make)
echo "went on with \$X"
SCRIPT
  on_disk 4m "$NULLBOX_CACHE" bash "$TMP/build.sh"
  full_disk_named
}

test_disk_full_outside_a_step() {
  cat >"$TMP/build.sh" <<SCRIPT
. "$NB_ROOT/tools/lib.sh"
make() { cp /dev/zero "\$1/file"; }
X=\$(cache_build part key make)
echo "went on with \$X"
SCRIPT
  on_disk 4m "$NULLBOX_CACHE" bash "$TMP/build.sh"
  full_disk_named
}

test_disk_full_in_a_part_of_the_image() {
  cat >"$TMP/build.sh" <<SCRIPT
. "$NB_ROOT/tools/lib.sh"
. "$NB_ROOT/tools/parts.sh"
X=\$(hello_part)
echo "went on with \$X"
SCRIPT
  on_disk 16k "$NULLBOX_CACHE" bash "$TMP/build.sh"
  full_disk_named
}

test_build_without_enough_disk_is_refused_at_once() {
  on_disk 64m "$NULLBOX_CACHE" ./nullbox build kernel
  expect_code 1
  expect_says "the build needs 6000 MB for its cache at $NULLBOX_CACHE, and 64 MB are free there"
  expect_says 'set NULLBOX_CACHE to a directory on a larger disk'
  [ ! -s "$TMP/found" ] || wrong "it made $(cat "$TMP/found")"
}

test_boot_without_enough_disk_is_refused_at_once() {
  on_disk 64m "$NULLBOX_CACHE" ./nullbox boot --port 17443
  expect_code 1
  expect_says "the build needs 6000 MB for its cache at $NULLBOX_CACHE"
  [ ! -s "$TMP/found" ] || wrong "it made $(cat "$TMP/found")"
}

test_data_disk_without_room_is_refused() {
  mkdir -p "$TMP/agent" "$TMP/small"
  printf '[agent]\nname = "researcher"\n' >"$TMP/agent/AGENT.toml"
  cat >"$TMP/data.sh" <<SCRIPT
. "$NB_ROOT/tools/lib.sh"
. "$NB_ROOT/tools/boot.sh"
data_disk "$TMP/small/data.img" "$TMP/agent"
SCRIPT
  on_disk 8m "$TMP/small" bash "$TMP/data.sh"
  expect_code 1
  expect_says "the data disk needs 130 MB in $TMP/small, where 8 MB are free: set TMPDIR to a directory on a larger disk"
}

test_data_disk_holds_its_agents() {
  mkdir -p "$TMP/agent/rootfs/bin" "$TMP/small" "$TMP/mounted"
  printf '[agent]\nname = "researcher"\n' >"$TMP/agent/AGENT.toml"
  script ". $NB_ROOT/tools/boot.sh; data_disk $TMP/small/data.img $TMP/agent"
  expect_code 0
  run unshare -m --propagation private bash -c \
    "mount -t xfs -o ro,norecovery,loop,offset=1048576 '$TMP/small/data.img' '$TMP/mounted' && cd '$TMP/mounted/agents/researcher' && cat AGENT.toml root.digest && ls"
  expect_code 0
  expect_says 'name = "researcher"'
  expect_says 'sha256:'
  expect_says 'root.erofs'
}
