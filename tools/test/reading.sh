#!/usr/bin/env bash
# reading.sh SEED: ten of the main Java and C files, the same ten for the same seed and tree. Someone who has not seen
# them reads each by itself and says in one sentence what it is for; what is misread is rewritten.
set -euo pipefail
[ $# -eq 1 ] || {
  echo "reading.sh failed: it takes one argument; name a seed, such as: tools/test/reading.sh 17" >&2
  exit 2
}
cd "$(dirname "$0")/../.."
# The order is that of the digests of seed and path: no file's place depends on another's.
git ls-files -- '*/src/main/*.java' '*.c' | grep -vE '(/test/|package-info\.java$|module-info\.java$)' |
  while read -r file; do printf '%s %s\n' "$(printf '%s %s' "$1" "$file" | sha256sum | cut -c1-16)" "$file"; done |
  LC_ALL=C sort | head -10 | cut -d' ' -f2
