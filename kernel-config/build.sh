#!/usr/bin/env bash
# build.sh host|guest: builds a kernel from Debian's linux-source and the fragments of its flavour; prints the cache
# entry, which holds the kernel and its config. The appliance's is a bzImage; a guest's is vmlinux, an ELF that the VMM
# loads as it is. Needs: gcc, make, flex, bison, bc, libelf-dev, libssl-dev, cpio, xz.
# Source of the method: Documentation/kbuild/kconfig.rst (KCONFIG_ALLCONFIG), Documentation/kbuild/reproducible-builds.rst.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
# shellcheck source=../tools/debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=options.sh
. "$NB_ROOT/kernel-config/options.sh"
# shellcheck source=version
. "$NB_ROOT/kernel-config/version"

fetch_source() {
  local pin
  pin=$(NB_PINNED_IN=kernel-config/version debian_choose "$KERNEL_PACKAGE=$KERNEL_VERSION" "${KERNEL_PACKAGE##*-}.")
  debian_download "$1" "$pin"
  dpkg-deb --fsys-tarfile "$1"/"$KERNEL_PACKAGE"_*.deb | tar -xO "./usr/src/$KERNEL_PACKAGE.tar.xz" >"$1/source.tar.xz"
  rm "$1"/*.deb
}

build_kernel() {
  local out=$1 tree=$1/tree obj=$1/obj target=bzImage
  if [ "$FLAVOUR" = guest ]; then target=vmlinux; fi
  mkdir "$tree" "$obj"
  echo "unpacking $KERNEL_PACKAGE"
  tar -xJf "$SOURCE/source.tar.xz" -C "$tree" --strip-components=1
  last_words "${FRAGMENTS[@]}" >"$out/requested.config"
  make -s -C "$tree" O="$obj" KCONFIG_ALLCONFIG="$out/requested.config" allnoconfig
  "$HERE/check.sh" "$FLAVOUR" "$obj/.config"
  # KBUILD_BUILD_*: no host, user or time in the image.
  make -C "$tree" O="$obj" -j "$NB_JOBS" KBUILD_BUILD_USER=nullbox KBUILD_BUILD_HOST=nullbox \
    KBUILD_BUILD_TIMESTAMP="@$SOURCE_DATE_EPOCH" KBUILD_BUILD_VERSION=1 "$target"
  case $FLAVOUR in
  host) cp "$obj/arch/x86/boot/bzImage" "$out/bzImage" ;;
  guest) strip --strip-all -o "$out/vmlinux" "$obj/vmlinux" ;;
  esac
  cp "$obj/.config" "$out/config"
  rm -rf "$tree" "$obj"
}

case $FLAVOUR in
host) PART=kernel TITLE="building the appliance's kernel (15-20 min on two cores)" ;;
guest) PART=guest-kernel TITLE="building the guest's kernel (5-10 min on two cores)" ;;
esac

compile() { NB_REPEAT="kernel-config/build.sh $FLAVOUR" step "$TITLE" "$PART" build_kernel "$1"; }

SOURCE=$(cache_build kernel-source "$(hash_of "$KERNEL_PACKAGE" "$KERNEL_VERSION")" fetch_source)
cache_build "$PART" "$(hash_of "$SOURCE/.sums" "${FRAGMENTS[@]}" "$REQUIRED" "$HERE/options.sh" "$HERE/build.sh" \
  "$(gcc -dumpfullversion)" "$(ld --version | head -n 1)")" compile
