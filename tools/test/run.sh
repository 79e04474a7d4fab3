#!/usr/bin/env bash
# run.sh COUNTS FILE...: the tests of the build scripts. Prints one line for each test, and what a failed one said;
# writes "PASSED FAILED NOT-RUN" to COUNTS. run.sh --one FILE TEST runs a single test, here.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

if [ "$1" = --one ]; then
  TMP=$(mktemp -d)
  export TMP
  trap 'cd /; rm -rf "$TMP"' EXIT
  # Its own cache is empty; this machine's is for those that need what takes minutes to build.
  export NB_MACHINE_CACHE=$NULLBOX_CACHE NULLBOX_CACHE=$TMP/cache
  # NB_HELD: each script of a test is a run of its own.
  unset NULLBOX_QEMU NULLBOX_KRUN_DIR NULLBOX_ACCEL GRAALVM_HOME NB_HELD
  mkdir "$NULLBOX_CACHE"
  cd "$NB_ROOT"
  # shellcheck source=/dev/null
  . "$2"
  "$3"
  exit
fi

# From the true cache, once: the tests' own caches are empty.
# shellcheck source=../jdk.sh
. "$NB_ROOT/tools/jdk.sh"
JAVA_HOME=$(jdk_part)
export JAVA_HOME

COUNTS=$1 PASSED=0 FAILED=0 NOT_RUN=0 OUT=$(mktemp)
trap 'rm -f "$OUT"' EXIT
shift
for file in "$@"; do
  while read -r name; do
    code=0
    timeout -k 10 300 "$0" --one "$file" "$name" >"$OUT" 2>&1 || code=$?
    case $code in
    0)
      PASSED=$((PASSED + 1))
      echo "passed   $name"
      ;;
    77)
      NOT_RUN=$((NOT_RUN + 1))
      echo "not run  $name: $(sed -n 's/^not run: //p' "$OUT")"
      ;;
    *)
      FAILED=$((FAILED + 1))
      echo "FAILED   $name"
      sed 's/^/  /' "$OUT"
      ;;
    esac
  done < <(sed -n 's/^\(test_[a-z0-9_]*\)() .*/\1/p' "$file")
done
echo "$PASSED $FAILED $NOT_RUN" >"$COUNTS"
[ "$FAILED" -eq 0 ]
