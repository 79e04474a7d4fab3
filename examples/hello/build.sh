#!/usr/bin/env bash
# Usage: build.sh DIR. Makes the agent in DIR: AGENT.toml and rootfs/, ready for ./nullbox boot --agent DIR. Needs
# musl-gcc (Debian: musl-tools), or gcc with a static C library (Debian: libc6-dev).

set -euo pipefail
umask 022

[ $# -eq 1 ] || {
  echo 'usage: build.sh DIR (where AGENT.toml and rootfs/ are to be made)' >&2
  exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
out=$1
cc=gcc
if command -v musl-gcc >/dev/null; then cc=musl-gcc; fi

mkdir -p "$out"/rootfs/{bin,tmp}
"$cc" -static -Os -s -Wall -Wextra -Werror -std=c11 -D_GNU_SOURCE -fstack-protector-strong -Wl,--build-id=none -ffile-prefix-map="$here"=. \
  -o "$out/rootfs/bin/hello" "$here/hello.c"
install -m 644 "$here/AGENT.toml" "$out/AGENT.toml"
chmod 1777 "$out/rootfs/tmp"
