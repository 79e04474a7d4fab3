#!/usr/bin/env bash
# Builds the appliance kernel from Debian's linux-source and the fragments beside this file; prints the cache entry,
# which holds bzImage and config. Needs: gcc, make, flex, bison, bc, libelf-dev, libssl-dev, cpio, xz.
# Source of the method: Documentation/kbuild/kconfig.rst (KCONFIG_ALLCONFIG), Documentation/kbuild/reproducible-builds.rst.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
# shellcheck source=../tools/debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=version
. "$NB_ROOT/kernel-config/version"

HERE=$NB_ROOT/kernel-config

fetch_source() {
  local pin
  pin=$(NB_PINNED_IN=kernel-config/version debian_choose "$KERNEL_PACKAGE=$KERNEL_VERSION" "${KERNEL_PACKAGE##*-}.")
  debian_download "$1" "$pin"
  dpkg-deb --fsys-tarfile "$1"/"$KERNEL_PACKAGE"_*.deb | tar -xO "./usr/src/$KERNEL_PACKAGE.tar.xz" >"$1/source.tar.xz"
  rm "$1"/*.deb
}

# The fragments in order, the last word on each option winning.
merged_fragments() {
  cat "$HERE"/fragments/*.config | awk '
    /^CONFIG_[A-Za-z0-9_]+=/ { split($0, part, "="); key = part[1] }
    /^# CONFIG_[A-Za-z0-9_]+ is not set$/ { key = $2 }
    /^(CONFIG_|# CONFIG_.* is not set$)/ { if (!(key in value)) order[++n] = key; value[key] = $0 }
    END { for (i = 1; i <= n; i++) print value[order[i]] }'
}

# lost WANTED CONFIG: the lines of WANTED that CONFIG does not hold.
lost() {
  local line key
  while read -r line; do
    case $line in
    '# CONFIG_'*' is not set') key=${line#\# } key=${key%% *} && ! grep -q "^$key=" "$2" || echo "$line" ;;
    CONFIG_*=n) ! grep -q "^${line%=n}=" "$2" || echo "$line" ;;
    CONFIG_*) grep -qxF "$line" "$2" || echo "$line" ;;
    esac
  done <"$1"
}

build_kernel() {
  local out=$1 tree=$1/tree obj=$1/obj missing
  mkdir "$tree" "$obj"
  echo "unpacking $KERNEL_PACKAGE"
  tar -xJf "$SOURCE/source.tar.xz" -C "$tree" --strip-components=1
  merged_fragments >"$out/requested.config"
  make -s -C "$tree" O="$obj" KCONFIG_ALLCONFIG="$out/requested.config" allnoconfig
  missing=$(lost "$out/requested.config" "$obj/.config" && lost "$HERE/required.config" "$obj/.config")
  if [ -n "$missing" ]; then
    printf 'these options were asked for and not got (a dependency is off, or the name has gone):\n%s\n' "$missing"
    return 1
  fi
  # KBUILD_BUILD_*: no host, user or time in the image.
  make -C "$tree" O="$obj" -j "$NB_JOBS" KBUILD_BUILD_USER=nullbox KBUILD_BUILD_HOST=nullbox \
    KBUILD_BUILD_TIMESTAMP="@$SOURCE_DATE_EPOCH" KBUILD_BUILD_VERSION=1 bzImage
  cp "$obj/arch/x86/boot/bzImage" "$out/bzImage"
  cp "$obj/.config" "$out/config"
  rm -rf "$tree" "$obj"
}

compile() { NB_REPEAT='./nullbox build kernel' step 'building the kernel (15-20 min on two cores)' kernel build_kernel "$1"; }

SOURCE=$(cache_build kernel-source "$(hash_of "$KERNEL_PACKAGE" "$KERNEL_VERSION")" fetch_source)
cache_build kernel "$(hash_of "$SOURCE/.sums" "$HERE/fragments" "$HERE/required.config" "$HERE/build.sh" \
  "$(gcc -dumpfullversion)" "$(ld --version | head -n 1)")" compile
