# shellcheck shell=bash
# What the script tests share. A test is a function test_NAME in a file *.test.sh, *.kernel.sh or *.vm.sh;
# tools/test/run.sh runs each in a process of its own with an empty directory as $TMP and an empty cache. It passes when
# it returns 0.

# shellcheck source=../lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# run COMMAND...: what it said, on both streams, is then in $TMP/out, its exit code in CODE. Bounded to two minutes.
run() {
  CODE=0
  timeout -k 5 120 "$@" </dev/null >"$TMP/out" 2>&1 || CODE=$?
}

# script TEXT: run for a bash script that has tools/lib.sh.
script() {
  printf '. "%s/tools/lib.sh"\n%s\n' "$NB_ROOT" "$1" >"$TMP/script.sh"
  run bash "$TMP/script.sh"
}

wrong() {
  printf '%s\n--- exit code %s, and it said:\n' "$*" "${CODE:-none}"
  cat "$TMP/out" 2>/dev/null || :
  exit 1
}

expect_code() { [ "$CODE" -eq "$1" ] || wrong "wanted exit code $1"; }
expect_failure() { case $CODE in 0 | 124 | 137) wrong 'wanted a failure in good time' ;; esac }
expect_says() { grep -qF -- "$1" "$TMP/out" || wrong "it does not say: $1"; }
expect_not() { ! grep -qF -- "$1" "$TMP/out" || wrong "it says: $1"; }

# not_run WHY: ends a test that cannot be held on this machine; it is counted apart.
not_run() {
  printf 'not run: %s\n' "$1"
  exit 77
}

# eventually WHAT COMMAND...: waits up to a minute for a command to succeed.
eventually() {
  local what=$1 tries=600
  shift
  until "$@"; do
    [ "$tries" -gt 0 ] || wrong "waited a minute for $what"
    tries=$((tries - 1))
    sleep 0.1
  done
}

# no_leftovers: the cache holds no half-made entry, and no lock that anybody holds.
no_leftovers() {
  local found lock
  found=$(find "$NULLBOX_CACHE" \( -name '.*.work' -o -name '*.sums' ! -name .sums \) -print)
  [ -z "$found" ] || wrong "left behind: $found"
  while read -r lock; do
    flock -n "$lock" true || wrong "still locked: $lock"
  done < <(find "$NULLBOX_CACHE" -name '.*.lock')
}
