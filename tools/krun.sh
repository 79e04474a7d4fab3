#!/usr/bin/env bash
# libkrun, and libkrunfw, the kernel of its own that only the reference of ./nullbox bench boots. Prints the cache entry,
# which holds libkrun.so.1, libkrunfw.so.5 and `route`, one line that says where they came from. First the machine's own
# (Fedora, Arch, openSUSE and Nix package them), else an npm package held against the sums in krun.version.
# NULLBOX_KRUN_DIR names a directory that holds both, instead.
# Needs: npm (Debian package: npm) when the machine has no libkrun of its own.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=krun.version
. "$NB_ROOT/tools/krun.version"

# found_library NAME: the path of a shared library that the machine's loader knows, or nothing.
found_library() {
  { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | awk -v name="$1" '$1 == name && /x86-64/ && !seen++ {print $NF}'
}

# library_version PATH: the version in the name of the file that the link ends at: libkrun.so.1.16.0 -> 1.16.0
library_version() { basename "$(readlink -f "$1")" | sed -n 's/^.*\.so\.//p'; }

# new_enough VERSION: at least KRUN_OLDEST, and still of the 1.x series.
new_enough() { case $1 in 1.*) [ "$(printf '%s\n' "$KRUN_OLDEST" "$1" | sort -V | head -n 1)" = "$KRUN_OLDEST" ] ;; *) false ;; esac }

# own_libraries: two paths, when the machine has a pair that serves.
own_libraries() {
  local krun krunfw
  if [ -n "${NULLBOX_KRUN_DIR:-}" ]; then
    krun=$NULLBOX_KRUN_DIR/libkrun.so.1 krunfw=$NULLBOX_KRUN_DIR/libkrunfw.so.5
    if [ ! -e "$krun" ] || [ ! -e "$krunfw" ]; then
      die "NULLBOX_KRUN_DIR=$NULLBOX_KRUN_DIR does not hold libkrun.so.1 and libkrunfw.so.5"
    fi
    printf '%s\n' "$krun" "$krunfw"
    return
  fi
  krun=$(found_library libkrun.so.1)
  krunfw=$(found_library libkrunfw.so.5)
  if [ -n "$krun" ] && [ -n "$krunfw" ] && new_enough "$(library_version "$krun")"; then
    printf '%s\n' "$krun" "$krunfw"
  fi
}

copy_own() {
  cp "${OWN[0]}" "$1/libkrun.so.1"
  cp "${OWN[1]}" "$1/libkrunfw.so.5"
  printf "the machine's own libkrun: %s, %s\n" "$(readlink -f "${OWN[0]}")" "$(readlink -f "${OWN[1]}")" >"$1/route"
}

fetch_package() {
  local out=$1 tarball
  command -v npm >/dev/null || {
    echo "npm is missing and the machine has no libkrun.so.1 of its own: apt-get install npm"
    return 1
  }
  mkdir "$out/download"
  tarball=$(cd "$out/download" && npm pack --silent "$KRUN_PACKAGE" 2>"$out/download/npm.log") || {
    cat "$out/download/npm.log"
    echo "npm could not fetch $KRUN_PACKAGE. If that version has gone, put another into tools/krun.version with the"
    echo "sums of its two files, or put libkrun.so.1 and libkrunfw.so.5 somewhere and set NULLBOX_KRUN_DIR to it."
    return 1
  }
  tar -xzf "$out/download/$tarball" -C "$out/download" "package/$KRUN_LIBRARY" "package/$KRUNFW_LIBRARY"
  check_sha256 "$out/download/package/$KRUN_LIBRARY" "$KRUN_LIBRARY_SHA256"
  check_sha256 "$out/download/package/$KRUNFW_LIBRARY" "$KRUNFW_LIBRARY_SHA256"
  install -m 755 "$out/download/package/$KRUN_LIBRARY" "$out/libkrun.so.1"
  install -m 755 "$out/download/package/$KRUNFW_LIBRARY" "$out/libkrunfw.so.5"
  rm -rf "$out/download"
  echo "the npm package $KRUN_PACKAGE (checked against the sums in tools/krun.version)" >"$out/route"
}

fetch() { NB_REPEAT=tools/krun.sh step 'fetching libkrun and libkrunfw' krun fetch_package "$1"; }

OWN_LIST=$(own_libraries)
if [ -n "$OWN_LIST" ]; then
  mapfile -t OWN <<<"$OWN_LIST"
  cache_build krun "$(hash_of "${OWN[@]}" "$NB_ROOT/tools/krun.sh")" copy_own
else
  cache_build krun "$(hash_of "$NB_ROOT/tools/krun.version" "$NB_ROOT/tools/krun.sh")" fetch
fi
