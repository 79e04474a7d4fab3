#!/usr/bin/env bash
# Usage: build.sh DIR. Makes the root file system of the agent "debian" in DIR, as rootfs.tar with its owners: Debian 12
# with Python, Node, containers and the tools of somebody who writes programs. Root makes it, or a user with namespaces of his own.
# Needs mmdebstrap, and what the machine's apt is set to.

set -euo pipefail

[ $# -eq 1 ] || {
  echo 'usage: build.sh DIR (where rootfs.tar is to be made)' >&2
  exit 2
}
packages=attr,busybox-static,ca-certificates,crun,curl,docker.io,git,iproute2,iptables,libpython3.11-testsuite,netavark,nodejs
packages+=,npm,podman,procps,python3,python3-pip,python3-venv
here=$(cd "$(dirname "$0")" && pwd)

# shellcheck source=../../tools/lib.sh
. "$here/../../tools/lib.sh"
# shellcheck source=../../tools/debian.sh
. "$here/../../tools/debian.sh"
debian_root "$1/rootfs.tar" "$packages"

# Debian packs all suites of Python's but that of sqlite3.
suite=$(mktemp -d "$1/suite.XXXXXX")
debian_update
(cd "$suite" && private_apt apt-get source --download-only python3.11)
tar -x -f "$suite"/python3.11_*.orig.tar.* -C "$suite" --strip-components=3 --wildcards '*/Lib/test/test_sqlite3/*'
tar -r -f "$1/rootfs.tar" --owner=0:0 --group=0:0 --mtime="@$SOURCE_DATE_EPOCH" \
  --transform='s:^:./usr/lib/python3.11/test/:' -C "$suite" test_sqlite3
rm -r "$suite"
