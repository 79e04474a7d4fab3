# shellcheck shell=bash
# Parts from Debian suites other than the machine's own, through a private apt configuration: /etc/apt is read for the
# mirror's address and never written.

NB_APT=$NB_CACHE/apt
NB_APT_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
NB_APT_HELPER=/usr/lib/apt/apt-helper

# debian_mirror: the address of the Debian archive, from the machine's own apt configuration.
debian_mirror() {
  local uri
  uri=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    awk '/^URIs:/ {print $2} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /^[a-z+]+:\/\//) {print $i; next}}' |
    grep -E '/debian/?$' | head -n 1) || :
  [ -n "$uri" ] || die "no Debian mirror found in /etc/apt: add one (a 'deb ... bookworm main' line or .sources file) and try again"
  printf '%s\n' "${uri%/}"
}

# debian_root ROOTFS.tar PACKAGE,...: Debian 12 with these packages, without manuals and translations, as an archive with its
# owners. Root makes it, or a user with namespaces of his own. Needs mmdebstrap.
debian_root() {
  local mirror
  mirror=$(debian_mirror)
  mmdebstrap --variant=minbase --include="$2" --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "$1" "deb [signed-by=$NB_APT_KEYS] $mirror bookworm main"
}

private_apt() {
  local tool=$1
  shift
  "$tool" -qq -o Dir::Etc::sourcelist="$NB_APT/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferencesparts=/dev/null -o Dir::State="$NB_APT/state" -o Dir::State::status="$NB_APT/status" \
    -o Dir::Cache="$NB_APT/cache" -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@"
}

# debian_update: the private indices, made anew at most once a day (an index that lacks a pin is made anew at once).
debian_update() {
  local mirror suite base
  if [ "${1:-}" != --now ] && [ -n "$(find "$NB_APT/updated" -mmin -1440 2>/dev/null)" ]; then return 0; fi
  mkdir -p "$NB_APT/state/lists/partial" "$NB_APT/cache/archives/partial"
  mirror=$(debian_mirror)
  : >"$NB_APT/status"
  for suite in bookworm trixie trixie-security; do
    base=$mirror
    [ "$suite" = trixie-security ] && base=${mirror%/debian}/debian-security
    printf 'deb [signed-by=%s] %s %s main\ndeb-src [signed-by=%s] %s %s main\n' \
      "$NB_APT_KEYS" "$base" "$suite" "$NB_APT_KEYS" "$base" "$suite"
  done >"$NB_APT/sources.list"
  NB_REPEAT='./nullbox build iso' step 'reading the Debian package indices' apt-update private_apt apt-get update
  touch "$NB_APT/updated"
}

# debian_choose PACKAGE=VERSION SERIES: prints the pin when the archive has it, else the newest version that begins with
# SERIES in the signed index: Debian replaces a version when the next one comes, and a build must outlive that.
debian_choose() {
  local pin=$1 series=$2 found
  debian_update
  debian_has "$pin" || debian_update --now
  if debian_has "$pin"; then
    printf '%s\n' "$pin"
    return
  fi
  found=$(debian_versions "${pin%%=*}" | awk -v series="$series" 'index($0, series) == 1' | sort -V | tail -n 1)
  [ -n "$found" ] || die "$pin, pinned in ${NB_PINNED_IN:-the build scripts}, is no longer in the Debian archive, nor is any other version $series*: put one of these there: $(debian_versions "${pin%%=*}" | paste -sd' ')"
  say "$pin, pinned in ${NB_PINNED_IN:-the build scripts}, is no longer in the Debian archive: taking $found, and what is built differs from the pin's"
  printf '%s=%s\n' "${pin%%=*}" "$found"
}

# debian_download DIR PACKAGE=VERSION...: the .deb files, checked by apt against the signed index.
debian_download() {
  local dir=$1
  shift
  mkdir -p "$dir"
  (
    cd "$dir" || exit
    NB_REPEAT='./nullbox build iso' step "fetching from Debian: $*" debian-download private_apt apt-get download "$@"
  )
}

# debian_pool_file PATH SHA256 FILE: a file of the archive's pool, which may outlast its entry in the index; fails when
# it is gone, or is not the one that the sum names. Needs debian_update.
debian_pool_file() {
  private_apt "$NB_APT_HELPER" download-file "$(debian_mirror)/pool/$1" "$3" "SHA256:$2"
}

debian_versions() { private_apt apt-cache madison "$1" | awk '{print $3}'; }
debian_has() { debian_versions "${1%%=*}" | grep -qxF "${1#*=}"; }

# Debian trixie and nothing else, as if onto an empty machine: the closure does not depend on what is installed here.
trixie_apt() {
  local dir=$1
  shift
  private_apt apt-get -y --no-install-recommends -o Dir::Etc::preferences="$dir/preferences" \
    -o Dir::Cache::archives="$dir/archives" -o Dir::State::status=/dev/null "$@"
}

# What a tree that is only ever run in place has no use for.
TREE_UNUSED=(etc var usr/share/doc usr/share/man usr/share/locale usr/share/lintian usr/share/bug)

# trixie_tree DIR [only] PACKAGE[=VERSION]...: unpacks Debian trixie's packages, with all that they need unless it is to be
# only these, to DIR/root. Nothing of it is installed: its programs are run in place, with the tree's own loader and
# libraries (tree_program).
trixie_tree() {
  local out=$1 download=$1/download deb unused
  shift
  debian_update
  mkdir -p "$download/archives/partial"
  printf 'Package: *\nPin: release n=trixie*\nPin-Priority: 990\n\nPackage: *\nPin: release n=*\nPin-Priority: -1\n' \
    >"$download/preferences"
  if [ "$1" = only ]; then
    shift
    (cd "$download/archives" && trixie_apt "$download" download "$@")
  else
    trixie_apt "$download" install --download-only "$@"
  fi
  # The links of a merged /usr, which Debian's base-files would make.
  mkdir -p "$out"/root/usr/{bin,lib,lib64,sbin}
  for unused in bin lib lib64 sbin; do ln -s "usr/$unused" "$out/root/$unused"; done
  for deb in "$download"/archives/*.deb; do
    echo "unpacking $(basename "$deb")"
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink --no-same-owner -C "$out/root"
  done
  rm -rf "$download"
  for unused in "${TREE_UNUSED[@]}"; do rm -rf "${out:?}/root/$unused"; done
}

# tree_program FILE PROGRAM: makes FILE, a script beside the tree named root, that runs the tree's PROGRAM.
tree_program() {
  cat >"$1" <<WRAPPER
#!/bin/sh
# $2 from the tree beside this script, with that tree's own loader and libraries.
root=\$(dirname "\$(readlink -f "\$0")")/root
exec "\$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "\$root/usr/lib/x86_64-linux-gnu" --argv0 ${2##*/} \
  "\$root/$2" "\$@"
WRAPPER
  chmod 755 "$1"
}
