# shellcheck shell=bash
# tools/disk.sh: what of an agent's directory is put on a data disk. That it boots is boot.vm.sh's.
# shellcheck disable=SC2016 # what is quoted is for another shell

# disk LINE: runs it in a script that has tools/disk.sh, in $TMP.
disk() {
  script ". $NB_ROOT/tools/disk.sh
cd '$TMP'
$1"
}

test_agent_has_one_root() {
  mkdir -p "$TMP/tree/rootfs" "$TMP/archive" "$TMP/both/rootfs" "$TMP/neither" "$TMP/file" "$TMP/image"
  touch "$TMP/archive/rootfs.tar" "$TMP/both/rootfs.tar" "$TMP/file/rootfs" "$TMP/image/root.erofs"
  disk 'for dir in tree archive both neither file image; do echo "$dir: $(agent_root "$dir" || echo none)"; done'
  expect_code 0
  printf 'tree: tree/rootfs\narchive: archive/rootfs.tar\nboth: none\nneither: none\nfile: none\nimage: image/root.erofs\n' >"$TMP/wanted"
  diff "$TMP/wanted" "$TMP/out" || wrong 'other roots are taken'
}

test_prototype_names_each_file_with_its_directory() {
  mkdir -p "$TMP/agents/one" "$TMP/agents/two"
  touch "$TMP/agents/one/AGENT.toml" "$TMP/agents/one/root.erofs" "$TMP/agents/two/AGENT.toml"
  disk 'file_system_of agents'
  expect_code 0
  cat >"$TMP/wanted" <<'PROTOTYPE'
/
0 0
d--755 0 0
agents d--755 0 0
one d--755 0 0
AGENT.toml ---644 0 0 agents/one/AGENT.toml
root.erofs ---644 0 0 agents/one/root.erofs
$
two d--755 0 0
AGENT.toml ---644 0 0 agents/two/AGENT.toml
$
$
$
PROTOTYPE
  diff "$TMP/wanted" "$TMP/out" || wrong 'the prototype differs'
}

test_extents_are_copied_behind_what_is_there() {
  seq 100000 >"$TMP/from"
  truncate -s 3G "$TMP/from"
  echo end >>"$TMP/from"
  printf 'table' >"$TMP/to"
  truncate -s 4G "$TMP/to"
  disk 'copy_extents from to 1048576'
  expect_code 0
  [ "$(head -c 5 "$TMP/to")" = table ] || wrong 'what was there is gone'
  [ "$(tail -c +1048577 "$TMP/to" | head -n 100000 | sha256sum)" = "$(seq 100000 | sha256sum)" ] || wrong 'the beginning differs'
  [ "$(tail -c +$((1048577 + 3221225472)) "$TMP/to" | head -n 1)" = end ] || wrong 'the end differs'
  [ "$(du -m "$TMP/to" | cut -f1)" -lt 10 ] || wrong 'its holes were filled'
}

test_copy_of_an_empty_file_ends() {
  truncate -s 1G "$TMP/from" "$TMP/to"
  disk 'copy_extents from to 0'
  expect_code 0
}
