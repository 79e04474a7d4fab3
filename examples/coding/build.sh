#!/usr/bin/env bash
# Usage: build.sh DIR. Makes the agent in DIR, ready for ./nullbox boot --agent DIR; see ../debian.sh.

set -euo pipefail

[ $# -eq 1 ] || {
  echo 'usage: build.sh DIR (where AGENT.toml and rootfs.tar are to be made)' >&2
  exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../debian.sh" "$here" "$1" git,python3
