# shellcheck shell=bash
# tools/debian.sh: what is taken when a pinned version has gone.

# chosen PIN SERIES: debian_choose, with an archive that has two versions of tool.
chosen() {
  script ". $NB_ROOT/tools/debian.sh
debian_update() { :; }
private_apt() { printf 'tool | %s | somewhere\n' 1.2-3 1.2-10 2.0-1; }
NB_PINNED_IN=the.lock debian_choose '$1' '$2'"
}

test_pinned_version_is_taken_while_it_is_there() {
  chosen tool=1.2-3 1.2-
  expect_code 0
  [ "$(cat "$TMP/out")" = tool=1.2-3 ] || wrong 'it took another, or said something'
}

test_newest_of_the_series_is_taken_for_one_that_has_gone() {
  chosen tool=1.2-1 1.2-
  expect_code 0
  expect_says 'tool=1.2-1, pinned in the.lock, is no longer in the Debian archive: taking 1.2-10'
  [ "$(tail -n 1 "$TMP/out")" = tool=1.2-10 ] || wrong 'it took another'
}

test_nothing_of_another_series_is_taken() {
  chosen tool=1.1-1 1.1-
  expect_failure
  expect_says 'tool=1.1-1, pinned in the.lock, is no longer in the Debian archive, nor is any other version 1.1-*: put one of these there: 1.2-3 1.2-10 2.0-1'
}

# A mirror may lag behind its index, and a file may outlast its entry there.
test_pool_file_with_another_sum_is_refused() {
  printf 'something else' >"$TMP/file"
  script ". $NB_ROOT/tools/debian.sh
debian_mirror() { echo 'file://$TMP'; }
mkdir -p '$TMP/pool' && mv '$TMP/file' '$TMP/pool/file'
mkdir -p \"\$NB_APT/state/lists/partial\" \"\$NB_APT/cache/archives/partial\"
: >\"\$NB_APT/status\"
debian_pool_file file $(printf 'wanted' | sha256sum | cut -d' ' -f1) '$TMP/got'"
  expect_failure
  [ ! -e "$TMP/got" ] || wrong 'the file was left'
}
