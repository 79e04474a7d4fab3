# shellcheck shell=bash
# tools/erofs.sh: what an agent's root is in its image. With erofs-utils from this machine's cache.

# image OPERATION: runs it in a script that has tools/erofs.sh, in $TMP.
image() {
  NULLBOX_CACHE=$NB_MACHINE_CACHE script ". $NB_ROOT/tools/erofs.sh
cd '$TMP'
$1"
}

# in_image IMAGE PATH: what dump.erofs tells of the file.
in_image() { image "\$(erofs_entry)/dump.erofs --path='$2' '$1'"; }

# tree DIR: files of each kind, made in the order of the names that follow.
tree() {
  local name dir=$1
  shift
  mkdir -p "$dir/bin" "$dir/lib"
  for name in "$@"; do
    seq 50000 >"$dir/lib/$name"
    touch -d @1800000000.25 "$dir/lib/$name"
  done
  printf 'run' >"$dir/bin/tool"
  chmod 4755 "$dir/bin/tool"
  ln -s tool "$dir/bin/other"
  ln "$dir/bin/tool" "$dir/bin/third"
  chmod 0750 "$dir"
  touch -d @1700000000 "$dir/bin/tool" "$dir/bin" "$dir/lib" "$dir"
  touch -hd @1700000000 "$dir/bin/other"
}

test_same_tree_gives_the_same_root_image() {
  tree "$TMP/one" a b c
  tree "$TMP/two" c b a
  image 'make_root_image one one.erofs && make_root_image two two.erofs'
  expect_code 0
  cmp "$TMP/one.erofs" "$TMP/two.erofs" || wrong 'the two differ'
  [ "$(cat "$TMP/one.digest")" = "sha256:$(sha256sum <"$TMP/one.erofs" | cut -d' ' -f1)" ] || wrong 'the digest is another'
}

test_root_image_keeps_modes_times_and_names() {
  tree "$TMP/root" $'na\xefve' 'with a blank'
  image "make_root_image root root.erofs && \$(erofs_entry)/fsck.erofs --extract=back --preserve-perms root.erofs"
  expect_code 0
  diff -r "$TMP/root" "$TMP/back" >"$TMP/out" || wrong 'the files differ'
  for path in . bin/tool bin/other "lib/with a blank"; do
    [ "$(stat -c '%a %Y %F' "$TMP/root/$path")" = "$(stat -c '%a %Y %F' "$TMP/back/$path")" ] || wrong "$path differs"
  done
  [ "$TMP/back/bin/tool" -ef "$TMP/back/bin/third" ] || wrong 'two names of one file are two files'
}

test_owners_and_attributes_of_an_archive_are_kept() {
  tree "$TMP/root" data
  python3 -c "import os, sys; os.setxattr(sys.argv[1], 'user.note', b'kept')" "$TMP/root/lib/data" 2>/dev/null ||
    not_run "the file system of $TMP has no extended attributes"
  tar -c --format=posix -C "$TMP/root" --xattrs --owner=:1234 --group=:65533 -f "$TMP/root.tar" ./bin ./lib
  image "make_root_image root.tar root.erofs && \$(erofs_entry)/fsck.erofs --extract=back --xattrs --no-preserve root.erofs"
  expect_code 0
  [ "$(python3 -c "import os, sys; print(os.getxattr(sys.argv[1], 'user.note').decode())" "$TMP/back/lib/data")" = kept ] ||
    wrong 'the attribute has gone'
  in_image root.erofs /lib/data
  expect_says 'Uid: 1234   Gid: 65533'
  # The seconds: of an archive's fraction .25 erofs-utils 1.8.6 makes 25 ns.
  expect_says 'Timestamp: 2027-01-15 08:00:00.'
  in_image root.erofs /
  expect_says 'Uid: 0   Gid: 0  Access: 0755'
}

test_top_that_an_archive_names_is_taken() {
  tree "$TMP/root" data
  tar -c -C "$TMP/root" --owner=:7 --group=:8 -f "$TMP/root.tar" .
  image 'make_root_image root.tar root.erofs'
  expect_code 0
  in_image root.erofs /
  expect_says 'Uid: 7   Gid: 8  Access: 0750'
}

test_root_image_of_our_own_has_one_owner_and_time() {
  tree "$TMP/root" data
  image 'make_root_image root root.erofs --all-root --all-time'
  expect_code 0
  in_image root.erofs /lib/data
  expect_says 'Uid: 0   Gid: 0'
  expect_says 'Timestamp: 2026-01-01 00:00:00'
}

test_no_root_image_of_what_is_no_archive() {
  printf 'neither' >"$TMP/root.tar"
  image 'make_root_image root.tar root.erofs'
  expect_failure
  [ ! -e "$TMP/root.digest" ] || wrong 'there is a digest'
}
