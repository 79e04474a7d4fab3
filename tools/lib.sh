# shellcheck shell=bash
# What every build script here shares: messages, timed steps with logs, and the build cache.
# Sourced, never run. Needs bash, coreutils, flock.

set -euo pipefail
shopt -s inherit_errexit

# shellcheck disable=SC2034 # used by the scripts that source this one
NB_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
NB_CACHE=$(realpath -m "${NULLBOX_CACHE:-$HOME/.cache/nullbox}")
# For the scripts that this one starts, wherever they run.
export NULLBOX_CACHE=$NB_CACHE
NB_LOGS=$NB_CACHE/logs
# shellcheck disable=SC2034
NB_JOBS=${NULLBOX_JOBS:-$(nproc)}
# Archives that carry a time carry this one, so that two builds of one commit give the same bytes.
export SOURCE_DATE_EPOCH=1767225600 TZ=UTC LC_ALL=C.UTF-8
umask 022

# The entries of the cache that this run has held against their sums: in a file without a name, which the scripts that it
# starts inherit as descriptor 9, so that none is held twice and nothing is left of the list.
if ! [ "${NB_HELD:-}" -ef /proc/self/fd/9 ]; then
  NB_HELD=$(mktemp)
  exec 9<>"$NB_HELD"
  rm "$NB_HELD"
  export NB_HELD=/proc/$$/fd/9
fi

say() { printf '==> %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
die() {
  printf 'nullbox: %s\n' "$*" >&2
  exit 1
}
# misused WHAT: ends for a wrong word on the command line.
misused() {
  printf 'nullbox: %s\n' "$*" >&2
  exit 2
}

elapsed() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# family PID: the processes that descend from PID, parents first.
family() {
  { cat /proc/[0-9]*/stat 2>/dev/null || :; } | sed -n 's/^\([0-9]*\) (.*) . \([0-9]*\) .*/\1 \2/p' | awk -v top="$1" '
    { parent[$1] = $2 }
    END {
      for (child in parent) {
        depth = 1
        for (p = parent[child]; p && p != top; p = parent[p]) depth++
        if (p == top) print depth, child
      }
    }' | sort -n | cut -d" " -f2
}

# end_family PID SECONDS: asks PID and all that descend from it, except this shell, to end, and ends by force what is
# left after SECONDS.
end_family() {
  local tries=$(($2 * 10)) members
  members=$(family "$1")
  if [ "$1" -ne $$ ]; then members="$1 $members"; fi
  # shellcheck disable=SC2086 # one word for each process
  kill -TERM $members 2>/dev/null || return 0
  # shellcheck disable=SC2086
  while [ "$tries" -gt 0 ] && kill -0 $members 2>/dev/null; do
    sleep 0.1
    tries=$((tries - 1))
  done
  # shellcheck disable=SC2086
  kill -KILL $members 2>/dev/null || :
}

# end_step CODE TITLE JOB WATCHER: ends an interrupted step with all that it started.
end_step() {
  trap '' INT TERM HUP
  printf '\nnullbox: interrupted: %s\n' "$2" >&2
  kill -TERM "$4" 2>/dev/null || :
  end_family "$3" 10
  exit "$1"
}

free_kb() { df -Pk "$1" | awk 'NR == 2 {print $4}'; }

# disk_full [LOG]: whether a command failed for want of space: its log says so, or so little is left that it cannot.
disk_full() { grep -qs 'No space left on device' "${1:-/dev/null}" || [ "$(free_kb "$NB_CACHE")" -lt 1024 ]; }

NB_TOLD_FULL=''
tell_full() {
  NB_TOLD_FULL=1
  printf 'nullbox: the disk that holds %s is full: free some space, empty the cache with ./nullbox clean --all, or set NULLBOX_CACHE to a directory on a larger disk\n' "$NB_CACHE" >&2
}

# make_dir DIR: makes a directory of the cache.
make_dir() {
  [ -d "$1" ] || mkdir -p "$1" || die "cannot make $1: see to the rights and the free space there, or set NULLBOX_CACHE to another directory"
}

# step TITLE LOG-NAME COMMAND...: runs COMMAND with its output in a log, shows that it lives, how long it has taken
# and its last line; on failure prints the end of the log, its place and the way to repeat the step alone.
step() {
  local title=$1 log=$NB_LOGS/$2.log started=$SECONDS job watcher code=0
  shift 2
  make_dir "$NB_LOGS"
  printf '==> %s (log: %s)\n' "$title" "$log" >&2
  "$@" </dev/null >"$log" 2>&1 &
  job=$!
  watch_log "$log" &
  watcher=$!
  # shellcheck disable=SC2064 # the processes of now
  trap "end_step 130 '${title//\'/}' $job $watcher" INT
  # shellcheck disable=SC2064
  trap "end_step 143 '${title//\'/}' $job $watcher" TERM HUP
  wait "$job" || code=$?
  trap - INT TERM HUP
  kill "$watcher" 2>/dev/null || :
  wait "$watcher" 2>/dev/null || :
  if [ "$code" -ne 0 ]; then
    {
      printf 'nullbox: failed after %s (exit code %d): %s\n' "$(elapsed $((SECONDS - started)))" "$code" "$title"
      printf -- '--- the end of %s\n' "$log"
      tail -n 30 "$log"
      printf -- '---\n'
      printf 'To repeat this step alone: %s\n' "${NB_REPEAT:-$*}"
    } >&2
    if disk_full "$log"; then tell_full; fi
    return "$code"
  fi
  note "done in $(elapsed $((SECONDS - started)))"
}

# watch_log LOG: until killed, shows the time taken and the log's last line: each second on a terminal, else each minute.
watch_log() {
  local started=$SECONDS pause=60
  [ -t 2 ] && pause=1
  trap 'kill $! 2>/dev/null; if [ -t 2 ]; then printf "\r\033[K" >&2; fi; exit 0' TERM
  while :; do
    sleep "$pause" &
    wait $! || :
    if [ -t 2 ]; then printf '\r\033[K'; fi >&2
    printf '    %s  %s' "$(elapsed $((SECONDS - started)))" "$(tail -n 1 "$1" | tr -d '\r' | cut -c1-100)" >&2
    if [ ! -t 2 ]; then printf '\n' >&2; fi
  done
}

# hash_of PATH-OR-STRING...: one SHA-256 over the contents of the files, the trees and the words given, in order.
hash_of() {
  local item
  for item in "$@"; do
    if [ -d "$item" ]; then
      (cd "$item" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum)
    elif [ -f "$item" ]; then
      sha256sum <"$item"
    else
      printf '%s\n' "$item"
    fi
  done | sha256sum | cut -c1-20
}

# cache_build PART KEY FUNCTION: prints the path of the cache entry PART/KEY, made by FUNCTION OUT-DIR when it is not
# there. An entry appears whole or not at all; its files are held against the sums taken when it was made, once in each
# run. Never call it, or step, as a condition (if, ||, &&): bash then goes on after a failed command inside FUNCTION.
cache_build() {
  local part=$1 key=$2 make=$3 entry=$NB_CACHE/$1/$2 work
  # Without a key all entries of the part would be one damaged entry. A hash fails that way in a command's argument.
  [[ $key =~ ^[A-Za-z0-9._-]+$ && $key != .* ]] || die "the part $part has the key '$key', which is no hash of its inputs: what came before says why"
  make_dir "$NB_CACHE/$part"
  (
    exec 8>"$NB_CACHE/$part/.$key.lock"
    if ! flock -n 8; then
      say "waiting for another build of $entry"
      await_lock "$NB_CACHE/$part/.$key.lock"
    fi
    if [ -d "$entry" ]; then
      if grep -qxF "$entry" /proc/self/fd/9; then exit 0; fi
      if cache_intact "$entry"; then
        printf '%s\n' "$entry" >>/proc/self/fd/9
        exit 0
      fi
      say "cache entry $entry is damaged: it is removed and built again"
      rm -rf "$entry"
    fi
    work=$NB_CACHE/$part/.$key.work
    rm -rf "$work"
    mkdir "$work"
    trap 'cache_left "$work" $?' EXIT
    "$make" "$work" 8>&-
    (cd "$work" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum) >"$work.sums"
    mv "$work.sums" "$work/.sums"
    mv "$work" "$entry"
    printf '%s\n' "$entry" >>/proc/self/fd/9
  ) >&2
  printf '%s\n' "$entry"
}

# await_lock FILE: until the lock of FILE, which is open as descriptor 8, is had; says each minute that it waits.
await_lock() {
  local minutes=0
  until flock -w 60 8; do
    minutes=$((minutes + 1))
    [ "$minutes" -lt 120 ] || die "another build has held $1 for two hours: end it and try again"
    note "$minutes:00  waiting"
  done
}

# cache_left WORK CODE: what was not finished goes; says so when the disk was the cause.
cache_left() {
  if [ "$2" -ne 0 ] && [ -z "$NB_TOLD_FULL" ] && disk_full; then tell_full; fi
  rm -rf "$1" "$1.sums"
}

cache_intact() {
  local bad
  [ -f "$1/.sums" ] || return 1
  if ! bad=$(cd "$1" && sha256sum --quiet -c .sums 2>&1); then
    printf '%s\n' "$bad" | head -n 3 >&2
    return 1
  fi
}

# check_sha256 FILE SUM: fails with both sums when they differ, and removes FILE.
check_sha256() {
  local got
  got=$(sha256sum "$1" | cut -d' ' -f1)
  [ "$got" = "$2" ] || {
    rm -f "$1"
    die "$(basename "$1"): SHA-256 is $got, wanted $2. The download was removed; try again, and if it stays so, do not trust the source."
  }
}
