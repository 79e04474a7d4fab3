#!/usr/bin/env bash
# Assembles a native-image builder where no GraalVM distribution is at hand, and prints its cache entry: the builder's
# jars, a JDK with its native libraries as static archives (from Debian's openjdk source), and the C runtime helpers
# beside this file. What it lacks against a distribution is java.lang.foreign at run time: docs/design-decisions.md.

# shellcheck source=../../tools/lib.sh
. "$(dirname "$0")/../../tools/lib.sh"
# shellcheck source=../../tools/debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=../../tools/jdk.sh
. "$NB_ROOT/tools/jdk.sh"

HERE=$NB_ROOT/image/toolchain
JDK_SOURCE=openjdk-25
JDK_SOURCE_VERSION=25.0.3+9-2~deb13u1
JDK_SOURCE_SHA256=2dd6c441b49705480db1ebfcd03f43d5dcb7f1d4290e98c1fa6eeefae50cfa07
JDK=$(jdk_home) || die 'no JDK 25 found: set JAVA_HOME to one'
export JAVA_HOME=$JDK

# The pinned source, from the pool; else the newest 25.0.x, by the sum that the signed index gives.
fetch_jdk_source() {
  local pin=$JDK_SOURCE=$JDK_SOURCE_VERSION file sum
  cd "$1"
  if debian_pool_file "main/o/$JDK_SOURCE/${JDK_SOURCE}_${JDK_SOURCE_VERSION%-*}.orig.tar.xz" "$JDK_SOURCE_SHA256" source.tar.xz; then return; fi
  pin=$(NB_PINNED_IN=image/toolchain/build.sh debian_choose "$pin" 25.0.)
  file=${JDK_SOURCE}_${pin#*=}
  file=${file%-*}.orig.tar.xz
  sum=$(private_apt apt-cache showsrc "$JDK_SOURCE" | awk -v file="$file" '/^Checksums-Sha256:/ {sums = 1} sums && $3 == file {print $1; exit}')
  # apt also asks for a test tarball, which may be gone: the sum decides.
  private_apt apt-get source --download-only --tar-only "$pin" || :
  mv "$file" source.tar.xz || die "the Debian archive names $pin and does not give it: try again later, or put another 25.0.x and its sum into image/toolchain/build.sh"
  check_sha256 source.tar.xz "$sum"
}

compile_static_libs() {
  local out=$1
  mkdir "$out/tree"
  tar -xJf "$JDK_TARBALL" -C "$out/tree" --strip-components=1
  cd "$out/tree"
  bash configure --with-boot-jdk="$JDK" --with-zlib=system --enable-headless-only --with-native-debug-symbols=none \
    --disable-warnings-as-errors --with-num-cores="$NB_JOBS" --with-memory-size=4096
  make LOG=warn java.base-static-libs jdk.net-static-libs java.management-static-libs jdk.management-static-libs \
    java.prefs-static-libs jdk.security.auth-static-libs
  cp build/*/support/native/*/*/static/*.a "$out/"
  cd "$out"
  rm -rf tree
}

build_static_libs() { NB_REPEAT=image/toolchain/build.sh step "compiling the JDK's native libraries as archives (4-6 min)" jdk-static-libs compile_static_libs "$1"; }

fetch_jars() {
  mvn -q -B -ntp -f "$HERE/pom.xml" dependency:copy-dependencies -DoutputDirectory="$1/jars"
}

# The stubs stand in for the JVM_ functions that nothing in an image reaches; each says its name and aborts.
compile_runtime() {
  local out=$1 c=$1/c class
  cp -r "$HERE/c" "$c"
  cd "$c"
  for class in AMD64 AArch64 RISCV64; do cpu_features_header "$class" >"include/${class,,}cpufeatures.h"; done
  local flags=(-O2 -fPIC -fstack-protector-strong -Wall -Wextra -ffunction-sections -fdata-sections -I.)
  gcc "${flags[@]}" -c svm_libc_helper.c svm_cpu_features.c svm_container.c svm_jvm.c
  { nm -u "$STATIC"/*.a || :; } | awk '/ U (JVM_|jio_)/ {print $2}' | sort -u >needed
  nm --defined-only svm_jvm.o | awk '{print $3}' | sort -u >defined
  {
    printf '#include <stdio.h>\n#include <stdlib.h>\n'
    printf 'static void no(const char *f) { fprintf(stderr, "JVM function %%s is not part of this native image\\n", f); abort(); }\n'
    comm -23 needed defined | sed 's/.*/void &(void) { no("&"); }/'
  } >svm_stubs.c
  gcc "${flags[@]}" -c svm_stubs.c
  ar rcsD liblibchelper.a svm_libc_helper.o svm_cpu_features.o
  ar rcsD libsvm_container.a svm_container.o
  ar rcsD libjvm.a svm_jvm.o svm_stubs.o
  gcc -O2 -fPIC -shared -I"$JDK/include" -I"$JDK/include/linux" svm_progress.c -o libreporterchelper.so
}

# cpu_features_header CLASS-PREFIX: a record with the accessors' names as its fields, in the order of svm.jar. The
# builder reads the headers of all its architectures, whatever it builds for.
cpu_features_header() {
  local class=$1
  printf '#pragma once\ntypedef struct {\n'
  "$JDK/bin/javap" -cp "$(echo "$JARS"/jars/svm-[0-9]*.jar)" "com.oracle.svm.core.${class,,}.${class}LibCHelper\$CPUFeatures" |
    sed -n 's/.*boolean \(f[A-Za-z0-9_]*\)();/    unsigned char \1;/p'
  printf '} CPUFeatures;\n'
}

assemble() {
  local out=$1
  compile_runtime "$out"
  cp -rL --preserve=mode,timestamps "$JDK" "$out/jdk"
  rm -rf "$out/jdk/jmods" "$out/jdk/lib/src.zip" "$out/jdk/man" "$out/jdk/demo"
  mkdir -p "$out/jdk/lib/static/linux-amd64/glibc" "$out/jdk/lib/svm/builder/lib" "$out/clibraries/include"
  cp "$STATIC"/*.a "$out/jdk/lib/static/linux-amd64/glibc/"
  cp "$out/c/libreporterchelper.so" "$out/jdk/lib/svm/builder/lib/"
  cp "$out"/c/lib*.a "$out/clibraries/"
  cp "$out"/c/include/*.h "$out/clibraries/include/"
  # svm's own libraries are looked for in the JDK's tree too
  mkdir -p "$out/jdk/lib/svm/clibraries"
  cp -r "$out/clibraries" "$out/jdk/lib/svm/clibraries/linux-amd64"
  cp -r "$JARS/jars" "$out/jars"
  "$JDK/bin/java" "$HERE/BuilderOpens.java" "$out/opens.args" "$out"/jars/*.jar
  rm -rf "$out/c"
}

build_toolchain() { NB_REPEAT=image/toolchain/build.sh step 'assembling the native-image builder' native-toolchain assemble "$1"; }
take_jars() { NB_REPEAT=image/toolchain/build.sh step 'taking the native-image jars' native-jars fetch_jars "$1"; }

take_jdk_source() {
  debian_update
  NB_REPEAT=image/toolchain/build.sh step "fetching the JDK's source" jdk-source fetch_jdk_source "$1"
}

JDK_TARBALL=$(cache_build openjdk-source "$(hash_of "$JDK_SOURCE_SHA256")" take_jdk_source)/source.tar.xz
STATIC=$(cache_build jdk-static-libs "$(hash_of "$(dirname "$JDK_TARBALL")/.sums" "$(gcc -dumpfullversion)" "$JDK/release")" build_static_libs)
JARS=$(cache_build native-jars "$(hash_of "$HERE/pom.xml")" take_jars)
cache_build native-toolchain "$(hash_of "$STATIC/.sums" "$HERE/pom.xml" "$HERE/c" "$HERE/build.sh" "$HERE/BuilderOpens.java" "$JDK/release")" build_toolchain
