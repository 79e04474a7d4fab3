#!/usr/bin/env bash
# containers.sh CONFIG: whether containers can run under a kernel with this .config, by docker's own check-config.sh from
# Debian's docker.io: all that it calls "Generally Necessary" of a kernel must be there. Prints what is not.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
# shellcheck source=../tools/debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=version
. "$NB_ROOT/kernel-config/version"

CONFIG=${1:?usage: containers.sh CONFIG}
LEAST_ITEMS=20

fetch_check() {
  local pin
  pin=$(NB_PINNED_IN=kernel-config/version debian_choose "docker.io=$DOCKER_VERSION" "${DOCKER_VERSION%%+*}")
  debian_download "$1" "$pin"
  dpkg-deb --fsys-tarfile "$1"/docker.io_*.deb | tar -xO ./usr/share/docker.io/contrib/check-config.sh >"$1/check-config.sh"
  rm "$1"/*.deb
}

ENTRY=$(cache_build docker-check "$(hash_of "$DOCKER_VERSION")" fetch_check)
# It fails for want of what is optional, too. Lines without CONFIG_ are about the machine that it runs on.
SAID=$(NO_COLOR=1 sh "$ENTRY/check-config.sh" "$CONFIG" 2>&1 || :)
ITEMS=$(sed -n '/^Generally Necessary:$/,/^$/p' <<<"$SAID" | grep '^- CONFIG_' || :)
[ "$(wc -l <<<"$ITEMS")" -ge "$LEAST_ITEMS" ] ||
  die "check-config.sh of docker.io $DOCKER_VERSION names fewer than $LEAST_ITEMS options of a kernel: see what has become of it in $ENTRY"
if grep -v ': enabled$' <<<"$ITEMS"; then die "$CONFIG lacks what docker needs: put the options above into kernel-config/guest/"; fi
echo "all $(wc -l <<<"$ITEMS") options that docker needs are there"
