#!/usr/bin/env bash
# Usage: build.sh DIR. Makes the agent in DIR, ready for ./nullbox boot --agent DIR; see ../debian.sh. Needs npm too.

set -euo pipefail
umask 022

[ $# -eq 1 ] || {
  echo 'usage: build.sh DIR (where AGENT.toml and rootfs.tar are to be made)' >&2
  exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/AGENT.toml" "$here/root" "$work"
npm ci --prefix "$work/root/opt/agent" --ignore-scripts --omit=dev --no-audit --no-fund
"$here/../debian.sh" "$work" "$1" nodejs
