#!/usr/bin/env bash
# Usage: run.sh frames|hosts|users|superblock|files|output. Compiles the unit test of that part of the guest's init with the
# sanitizers for addresses and undefined behaviour, and runs it. NULLBOX_SEED is the seed of what is random.

set -euo pipefail

[ $# -eq 1 ] || {
  echo 'usage: run.sh frames|hosts|users|superblock|files|output' >&2
  exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
init=$here/../init
mkdir "$work/root"
case $1 in
frames) sources=(frames config say) arguments=("${NULLBOX_SEED:-0}") ;;
hosts) sources=(hosts) arguments=() ;;
users) sources=(users files say) arguments=() ;;
superblock) sources=(superblock) arguments=() ;;
files) sources=(files trust say) arguments=("$work/root") ;;
output) sources=(output link channel frames clock files say) arguments=() ;;
*)
  echo "run.sh: there is no test of '$1'" >&2
  exit 2
  ;;
esac
sources=("${sources[@]/#/$init/}")
gcc -O1 -g -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -Wl,--wrap=dial_host \
  -o "$work/test" "$here/$1_test.c" "${sources[@]/%/.c}"
"$work/test" "${arguments[@]}"
