# shellcheck shell=bash
# tools/lib.sh: the cache and the steps.
# shellcheck disable=SC2016,SC2034 # what is quoted is for another shell; CODE is for expect_code

test_entry_appears_whole() {
  script 'make() { echo made >"$1/file"; }; cache_build part key make'
  expect_code 0
  expect_says "$NULLBOX_CACHE/part/key"
  [ "$(cat "$NULLBOX_CACHE/part/key/file")" = made ] || wrong 'the entry does not hold what was made'
  no_leftovers
}

test_part_without_a_key_takes_no_other_entries_away() {
  script 'make() { echo made >"$1/file"; }; cache_build part key make'
  for key in '' . .. key/file; do
    script "make() { :; }; cache_build part '$key' make"
    expect_failure
    expect_says "the part part has the key '$key', which is no hash of its inputs"
    [ "$(cat "$NULLBOX_CACHE/part/key/file")" = made ] || wrong "the key '$key' took another entry away"
  done
}

test_second_build_is_taken_from_the_cache() {
  script 'make() { echo x >>"$1/file"; echo made; }; cache_build part key make; cache_build part key make'
  expect_code 0
  [ "$(grep -c '^made$' "$TMP/out")" -eq 1 ] || wrong 'it was made twice'
}

test_truncated_file_in_the_cache_is_named_and_built_again() {
  script 'make() { head -c 100000 /dev/zero >"$1/bzImage"; }; cache_build kernel key make'
  expect_code 0
  truncate -s 5000 "$NULLBOX_CACHE/kernel/key/bzImage"
  script 'make() { head -c 100000 /dev/zero >"$1/bzImage"; }; cache_build kernel key make'
  expect_code 0
  expect_says 'bzImage: FAILED'
  expect_says "cache entry $NULLBOX_CACHE/kernel/key is damaged: it is removed and built again"
  [ "$(stat -c %s "$NULLBOX_CACHE/kernel/key/bzImage")" -eq 100000 ] || wrong 'it was not built again'
}

test_entry_is_held_against_its_sums_once_in_a_run() {
  local calls='cache_intact() { echo held; }; make() { :; }; cache_build part key make; cache_build part key make'
  script "$calls"
  expect_code 0
  expect_not 'held'
  printf '. "%s/tools/lib.sh"\n%s\n' "$NB_ROOT" "$calls" >"$TMP/child.sh"
  script "$calls; bash $TMP/child.sh"
  expect_code 0
  [ "$(grep -cx held "$TMP/out")" -eq 1 ] || wrong 'it was not held once by the run and the script that it started'
}

test_entry_without_its_sums_is_built_again() {
  mkdir -p "$NULLBOX_CACHE/image/key"
  echo half >"$NULLBOX_CACHE/image/key/root.squashfs"
  script 'make() { echo whole >"$1/root.squashfs"; }; cache_build image key make'
  expect_code 0
  expect_says 'is damaged'
  [ "$(cat "$NULLBOX_CACHE/image/key/root.squashfs")" = whole ] || wrong 'it was not built again'
}

test_failed_build_leaves_no_entry() {
  script 'make() { echo half >"$1/file"; false; echo on >"$1/more"; }; X=$(cache_build part key make); echo "went on with $X"'
  expect_code 1
  expect_not 'went on'
  [ ! -e "$NULLBOX_CACHE/part/key" ] || wrong 'a failed build left an entry'
  no_leftovers
}

test_failed_step_shows_its_end_its_log_and_how_to_repeat_it() {
  script 'work() { seq 100; echo the cause; return 3; }; NB_REPEAT="./nullbox build krun" step "doing the work" work work; echo "went on"'
  expect_code 3
  expect_says '(exit code 3): doing the work'
  expect_says "the end of $NULLBOX_CACHE/logs/work.log"
  expect_says 'the cause'
  expect_says 'To repeat this step alone: ./nullbox build krun'
  expect_not 'went on'
  expect_not 'is full'
  [ "$(grep -cx '[0-9]*' "$TMP/out")" -eq 29 ] || wrong 'not the last 30 lines'
}

test_download_with_a_wrong_sum_is_refused_and_removed() {
  echo other >"$TMP/file"
  script "check_sha256 $TMP/file $(printf '%064d' 0)"
  expect_code 1
  expect_says 'SHA-256 is'
  expect_says 'The download was removed'
  [ ! -e "$TMP/file" ] || wrong 'the file is still there'
}

test_cache_that_cannot_be_made_is_named() {
  echo file >"$TMP/file"
  NULLBOX_CACHE=$TMP/file/cache script 'make() { :; }; cache_build part key make'
  expect_code 1
  expect_says "cannot make $TMP/file/cache/part"
  expect_says 'set NULLBOX_CACHE'
}

# interrupted SIGNAL CODE [all]: a step within a build, ended from outside: its own process, or all of its group.
interrupted() {
  local build
  cat >"$TMP/build.sh" <<SCRIPT
. "$NB_ROOT/tools/lib.sh"
trap 'end_family \$\$ 20' EXIT
slow() { echo half >"\$1/file"; touch "$TMP/begun"; sh -c 'echo \$\$ >"$TMP/child"; exec sleep 300'; }
make() { step 'a slow step' slow slow "\$1"; }
X=\$(cache_build part key make)
echo "went on with \$X"
SCRIPT
  # A shell starts what is in the background deaf to SIGINT.
  setsid env --default-signal=INT bash "$TMP/build.sh" >"$TMP/out" 2>&1 &
  build=$!
  eventually 'the step to begin' test -s "$TMP/child"
  kill -"$1" -- "${3:+-}$build"
  CODE=0
  wait "$build" || CODE=$?
  expect_code "$2"
  expect_not 'went on'
  eventually 'the step to end' process_ended "$(cat "$TMP/child")"
  eventually 'the cache to be clean' no_work
  [ ! -e "$NULLBOX_CACHE/part/key" ] || wrong 'an interrupted build left an entry'
  eventually 'the lock to be free' flock -n "$NULLBOX_CACHE/part/.key.lock" true
  no_leftovers
  expect_says 'interrupted: a slow step'
}
process_ended() { ! kill -0 "$1" 2>/dev/null; }
no_work() { [ ! -e "$NULLBOX_CACHE/part/.key.work" ]; }

test_interrupt_from_the_terminal_ends_all_and_leaves_nothing() { interrupted INT 130 all; }
test_end_of_the_group_ends_all_and_leaves_nothing() { interrupted TERM 143 all; }
test_end_of_the_script_alone_ends_all_and_leaves_nothing() { interrupted TERM 143; }

test_second_build_waits_for_the_first_and_says_so() {
  mkdir -p "$NULLBOX_CACHE/part"
  flock "$NULLBOX_CACHE/part/.key.lock" bash -c "touch $TMP/held; until [ -e $TMP/go ]; do sleep 0.1; done" &
  eventually 'the lock' test -e "$TMP/held"
  (
    eventually 'the second build to say that it waits' grep -qsF 'waiting for another build' "$TMP/out"
    touch "$TMP/go"
  ) &
  script 'make() { echo made >"$1/file"; }; cache_build part key make'
  expect_code 0
  expect_says "waiting for another build of $NULLBOX_CACHE/part/key"
}
