# shellcheck shell=bash
# Parts from Debian suites other than the machine's own, through a private apt configuration: /etc/apt is read for the
# mirror's address and never written.

NB_APT=$NB_CACHE/apt
NB_APT_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

# debian_mirror: the address of the Debian archive, from the machine's own apt configuration.
debian_mirror() {
  local uri
  uri=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    awk '/^URIs:/ {print $2} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /^[a-z+]+:\/\//) {print $i; next}}' |
    grep -E '/debian/?$' | head -n 1) || :
  [ -n "$uri" ] || die "no Debian mirror found in /etc/apt: add one (a 'deb ... bookworm main' line or .sources file) and try again"
  printf '%s\n' "${uri%/}"
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
  step 'reading the Debian package indices' apt-update private_apt apt-get update
  touch "$NB_APT/updated"
}

# debian_download DIR PACKAGE=VERSION...: the .deb files, checked by apt against the signed index. Says what to do when
# a pinned version has gone from the archive.
debian_download() {
  local dir=$1 pin missing=''
  shift
  debian_update
  for pin in "$@"; do debian_has "$pin" || missing=1; done
  [ -z "$missing" ] || debian_update --now
  for pin in "$@"; do
    debian_has "$pin" || die "$pin is no longer in the Debian archive. It is pinned in ${NB_PINNED_IN:-the build scripts}: put one of these versions there: $(private_apt apt-cache madison "${pin%%=*}" | awk '{printf "%s ", $3}')"
  done
  mkdir -p "$dir"
  (cd "$dir" && private_apt apt-get download "$@")
}

debian_has() { private_apt apt-cache madison "${1%%=*}" | awk '{print $3}' | grep -qxF "${1#*=}"; }
