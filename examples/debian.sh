#!/usr/bin/env bash
# Usage: debian.sh EXAMPLE DIR PACKAGE,... Makes the agent of the directory EXAMPLE in DIR: its AGENT.toml, and rootfs.tar, which
# is Debian 12 with these packages and what lies in EXAMPLE/root. Root runs it, or a user with namespaces of his own. Needs
# mmdebstrap, and what the machine's apt is set to.

set -euo pipefail
umask 022

[ $# -eq 3 ] || {
  echo 'usage: debian.sh EXAMPLE DIR PACKAGE,... (the agent is made in DIR)' >&2
  exit 2
}
# shellcheck source=../tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
# shellcheck source=../tools/debian.sh
. "$NB_ROOT/tools/debian.sh"

mkdir -p "$2"
debian_root "$2/rootfs.tar" "$3"
tar -r -f "$2/rootfs.tar" --owner=0:0 --group=0:0 --mtime="@$SOURCE_DATE_EPOCH" --sort=name -C "$1/root" .
install -m 644 "$1/AGENT.toml" "$2/AGENT.toml"
