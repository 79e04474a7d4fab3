#!/usr/bin/env bash
# Usage: build.sh DIR. Makes DIR/init, the C program that is PID 1 of every guest: /init of the tools disk (image/).
# Needs gcc and musl-gcc (Debian: musl-tools), kernel headers (linux-libc-dev).

set -euo pipefail
umask 022
export SOURCE_DATE_EPOCH=1767225600 TZ=UTC LC_ALL=C.UTF-8

[ $# -eq 1 ] || {
  echo 'usage: build.sh DIR (where init is to be made)' >&2
  exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# musl has no headers of the kernel's, and must not see those of the other C library.
mkdir "$work/kernel"
ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -print-multiarch)/asm" "$work/kernel/"

# Static and at a fixed address: there are no relocations that could be made read-only, and pages are what counts.
flags=(-Os -s -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -isystem "$work/kernel" "-ffile-prefix-map=$here=."
  -fstack-protector-strong -ftrivial-auto-var-init=zero -fno-strict-overflow
  -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
  "-Wl,--build-id=none,--gc-sections,-z,noexecstack,-z,norelro,-z,noseparate-code")
musl-gcc -static "${flags[@]}" -o "$out/init" "$here"/init/*.c

size=$(stat -c %s "$out/init")
[ "$size" -lt 102400 ] || {
  echo "guest/build.sh: init has $size bytes; it lies in every guest's memory, and 102400 is the bound" >&2
  exit 1
}
