# shellcheck shell=bash
# guest/: the init of the guests, its parts and its build.

part_holds() {
  run guest/test/run.sh "$1"
  expect_code 0
  expect_says ' 0 failed'
}

test_frames_of_the_guests_init() { part_holds frames; }
test_hosts_file_of_a_guest() { part_holds hosts; }
test_users_of_a_guest() { part_holds users; }
test_superblocks_of_a_guests_disks() { part_holds superblock; }
test_files_below_a_guests_root() { part_holds files; }
test_streams_of_a_guests_command() { part_holds output; }

test_two_builds_of_the_guests_init_give_the_same_bytes() {
  run guest/build.sh "$TMP/one"
  expect_code 0
  cp -r guest "$TMP/elsewhere"
  run "$TMP/elsewhere/build.sh" "$TMP/two"
  expect_code 0
  cmp "$TMP/one/init" "$TMP/two/init" || wrong 'they differ'
}
