#!/usr/bin/env bash
# The JDK 25 that builds NullBox. Run it to print the home of the one from Debian trixie, for machines that have none: it
# lies in the cache with the C library that it was built against, whose loader its programs name as their own.
# Sourced, it gives jdk_home, jdk_part and carry_loader. Needs, for Debian's: apt, dpkg-deb, patchelf.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=jdk.version
. "$NB_ROOT/tools/jdk.version"

NB_JDK_PLACES=(/usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/* "$HOME"/.sdkman/candidates/java/25*)

# jdk_home: prints the home of a JDK 25 that the machine has: JAVA_HOME if it is one, else one in the usual places.
jdk_home() {
  local home
  for home in "${JAVA_HOME:-}" "${NB_JDK_PLACES[@]}"; do
    if is_jdk_25 "$home"; then
      printf '%s\n' "$home"
      return
    fi
  done
  return 1
}

is_jdk_25() { [ -x "$1/bin/javac" ] && grep -Eq '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null; }

# jdk_part: prints the home of a JDK 25: the machine's, else Debian's from the cache. Never a condition: see cache_build.
jdk_part() {
  local home
  home=$(jdk_home || :)
  if [ -n "${JAVA_HOME:-}" ] && [ "$home" != "$JAVA_HOME" ]; then
    note "JAVA_HOME=$JAVA_HOME is not a JDK 25 ($(what_is "$JAVA_HOME")): taking ${home:-one from Debian} instead"
  fi
  [ -n "$home" ] || home=$(debian_jdk)
  printf '%s\n' "$home"
}

# what_is DIR: what a directory that is no JDK 25 is instead.
what_is() {
  if [ ! -d "$1" ]; then
    echo 'there is no such directory'
  elif [ ! -f "$1/release" ]; then
    echo 'it holds no file named release'
  elif [ ! -x "$1/bin/javac" ]; then
    echo 'it holds no bin/javac'
  else
    sed -n 's/^JAVA_VERSION="\(.*\)"/it is version \1/p' "$1/release"
  fi
}

# The key holds the cache's own path: the programs name their loader by it.
debian_jdk() {
  local entry
  [ -s /etc/ssl/certs/java/cacerts ] ||
    die '/etc/ssl/certs/java/cacerts is missing, where the JDK looks for certificate authorities: apt-get install ca-certificates-java'
  NB_JDK_KEY=$(hash_of "$JDK_VERSION" "$NB_ROOT/tools/jdk.sh" "cache at $NB_CACHE")
  entry=$(cache_build jdk "$NB_JDK_KEY" build_jdk)
  printf '%s/jdk\n' "$entry"
}

build_jdk() { NB_REPEAT=tools/jdk.sh step 'taking OpenJDK 25 from Debian trixie' jdk unpack_jdk "$1"; }

unpack_jdk() {
  local out=$1 root=$1/root deb runtime
  runtime=$(NB_PINNED_IN=tools/jdk.version debian_choose "openjdk-25-jre-headless=$JDK_VERSION" 25.0.)
  debian_download "$out/debs" "$runtime" "openjdk-25-jdk-headless=${runtime#*=}"
  (cd "$out/debs" && private_apt apt-get download libc6/trixie libgcc-s1/trixie libstdc++6/trixie zlib1g/trixie)
  mkdir "$root"
  for deb in "$out"/debs/*.deb; do
    echo "unpacking $(basename "$deb")"
    dpkg-deb --fsys-tarfile "$deb" | tar -x --no-same-owner -C "$root"
  done
  own_files "$root"
  mv "$root/usr/lib/jvm/java-25-openjdk-amd64" "$out/jdk"
  mkdir "$out/jdk/lib/loader"
  cp -L "$root"/usr/lib/x86_64-linux-gnu/{ld-linux-x86-64,libc,libm,libdl,libpthread,librt,libresolv,libgcc_s,libstdc++,libz}.so.* \
    "$out/jdk/lib/loader/"
  rm -rf "$root" "$out/debs"
  carry_loader "$out/jdk" "$NB_CACHE/jdk/$NB_JDK_KEY/jdk/lib/loader"
  try_jdk "$out/jdk" "$out/try"
}

# Debian keeps the configuration in /etc: it comes into the tree. The certificate authorities stay the machine's own.
own_files() {
  local jvm=$1/usr/lib/jvm/java-25-openjdk-amd64 link target
  while read -r link target; do
    case $target in
    /etc/java-25-openjdk/*) rm "$link" && cp -r "$1$target" "$link" ;;
    /etc/ssl/certs/java/cacerts) ;;
    *) rm "$link" ;;
    esac
  done < <(find "$jvm" -path "$jvm/legal" -prune -o -type l -printf '%p %l\n')
  rm -rf "$jvm/legal"
}

# carry_loader TREE LOADER-DIR: the programs of a Java tree that has lib/loader get the loader there, by the path that
# LOADER-DIR will have, and look for their libraries beside it first. The libraries find theirs through the program.
carry_loader() {
  local program
  find "$1/bin" "$1/lib" -maxdepth 1 -type f \( -path "$1/bin/*" -o -name jspawnhelper -o -name jexec \) >"$1.programs"
  while read -r program; do
    patchelf --set-interpreter "$2/ld-linux-x86-64.so.2" "$program"
    # shellcheck disable=SC2016 # the loader's own variable
    patchelf --force-rpath --set-rpath '$ORIGIN:$ORIGIN/../lib:$ORIGIN/../lib/loader:$ORIGIN/loader' "$program"
  done <"$1.programs"
  rm "$1.programs"
  # A build's key holds this file: what was made by one loader path is not taken for another's.
  printf 'NULLBOX_LOADER="%s"\n' "$2" >>"$1/release"
}

# Compiles and runs a class before the entry is called good; its loader's final path does not exist yet.
try_jdk() {
  local jdk=$1 try=$2 run
  run=("$jdk/lib/loader/ld-linux-x86-64.so.2" --library-path "$jdk/lib:$jdk/lib/loader")
  mkdir "$try"
  printf 'class Try { public static void main(String[] a) { System.out.println(Runtime.version()); } }\n' >"$try/Try.java"
  "${run[@]}" "$jdk/bin/javac" -d "$try" "$try/Try.java"
  "${run[@]}" "$jdk/bin/java" -cp "$try" Try
  rm -rf "$try"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then debian_jdk; fi
