#!/usr/bin/env bash
# Usage: build.sh DIR. Makes the C programs of the VM tests and of the figures in DIR:
#   chaos            for /sbin/chaos of the test image, and of no other
#   krunrun          for /sbin/krunrun of the test image: the reference starter
#   reference        the root of the reference's init, a directory: /reference.erofs of the test image
#   figures          what guests measure
#   least-init.cpio  an initramfs with the reference PID 1 alone
#   flips.cpio       an initramfs with a PID 1 that flips bits of a verified root
#   probe            for the agents that the tests put on a data disk (NULLBOX_PROBE)
# Needs cpio, gcc (Debian: gcc, libc6-dev) and, for smaller ones, musl-gcc (Debian: musl-tools).

set -euo pipefail
umask 022

[ $# -eq 1 ] || {
  echo 'usage: build.sh DIR (where the programs are to be made)' >&2
  exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
out=$1
static=gcc
if command -v musl-gcc >/dev/null; then static=musl-gcc; fi
flags=(-Os -s -Wall -Wextra -Werror -std=c11 -D_GNU_SOURCE "-Wl,--build-id=none" "-ffile-prefix-map=$here=.")

mkdir -p "$out"
"$static" -static "${flags[@]}" -o "$out/chaos" "$here"/chaos/*.c
"$static" -static "${flags[@]}" -o "$out/probe" "$here/probe/probe.c"
gcc "${flags[@]}" -o "$out/krunrun" "$here/reference/krunrun.c"
"$static" -static "${flags[@]}" -o "$out/figures" "$here/reference/figures.c"
mkdir -p "$out"/reference/{agent,bin,dev,layer,proc,root,sys}
"$static" -static "${flags[@]}" -o "$out/reference/init" "$here/reference/guest.c"
cp "$out/figures" "$out/reference/bin/figures"

# initramfs DIR FILE: an initramfs that holds DIR/init alone.
initramfs() { (cd "$1" && echo init | cpio --quiet -o -H newc --reproducible -R 0:0) >"$2"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# musl has no headers of the kernel's, and must not see those of the other C library.
mkdir "$work/kernel"
ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -print-multiarch)/asm" "$work/kernel/"
"$static" -static "${flags[@]}" -o "$work/init" "$here/reference/init.c"
initramfs "$work" "$out/least-init.cpio"
"$static" -static "${flags[@]}" -isystem "$work/kernel" -o "$work/init" "$here/verity/flips.c"
initramfs "$work" "$out/flips.cpio"
