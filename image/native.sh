#!/usr/bin/env bash
# native.sh KEY MAIN-CLASS NAME CLASSPATH-DIR [HEAP-MB]: builds one native executable from the jars in CLASSPATH-DIR and
# prints the cache entry that holds it. KEY says what the jars were made from; its heap is at most HEAP-MB (64).
# GRAALVM_HOME's native-image when that is set, else the builder that toolchain/build.sh assembles.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"

KEY=$1 MAIN=$2 NAME=$3 CLASSPATH_DIR=$4 HEAP_MB=${5:-64}
CALL_C=$NB_ROOT/native/src/main/c
METADATA=META-INF/native-image

# The options of the image, in the builder's own form, which the native-image command takes too.
# MaxHeapSize: the default is 80 % of RAM. RunMainInNewThread: in PID 1 without /proc the first thread's stack bounds
# cannot be learnt. ZapConsumedHeapChunks: the collector overwrites what it has freed or moved (see rpc's HeapWiper).
# EnableURLProtocols=jar: sqlite-jdbc reads its version from its jar. InetAddressResolverProvider: dnsjava reads messages
# here, and must not become the platform's resolver. x86-64-v2: any machine with KVM. RelativeCodePointers: the image heap
# names methods by their distance from the code, so that the loader need not write 62,000 addresses into 314 of its pages,
# which each process would then have of its own, twice.
options() {
  printf '%s\n' -H:+UnlockExperimentalVMOptions -H:Optimize=s -H:MicroArchitecture=x86-64-v2 \
    -R:MaxHeapSize=$((HEAP_MB << 20)) -R:MaxNewSize=4194304 \
    -H:+RunMainInNewThread -H:+ZapConsumedHeapChunks -H:+StaticExecutableWithDynamicLibC -H:EnableURLProtocols=jar \
    -H:+RelativeCodePointers -H:NativeLinkerOption=-Wl,-z,now \
    -H:ServiceLoaderFeatureExcludeServices=java.net.spi.InetAddressResolverProvider \
    -H:CLibraryPath="$1" "-H:ClassInitialization=dev.nullbox.natives.calls.Backend:build_time,dev.nullbox.protocol:build_time" \
    -H:+ReportExceptionStackTraces -H:NumberOfThreads="$NB_JOBS"
  if [ -n "$(find "$CLASSPATH_DIR" -name 'sqlite-jdbc-*.jar')" ]; then
    echo -H:Features=org.sqlite.nativeimage.SqliteJdbcFeature
  fi
  metadata
}

# Our own metadata files, as they stand in the jars: picocli's are in the format before reachability-metadata.json; the
# natives' name downcalls, which only a GraalVM distribution knows.
metadata() {
  local jar file
  for jar in "$CLASSPATH_DIR"/*.jar; do
    while read -r file; do
      case $file in
      */natives/reachability-metadata.json)
        if [ -n "${GRAALVM_HOME:-}" ]; then echo "-H:ReachabilityMetadataResources=$file"; fi
        ;;
      */reachability-metadata.json) echo "-H:ReachabilityMetadataResources=$file" ;;
      */reflect-config.json) echo "-H:ReflectionConfigurationResources=$file" ;;
      */resource-config.json) echo "-H:ResourceConfigurationResources=$file" ;;
      */proxy-config.json) echo "-H:DynamicProxyConfigurationResources=$file" ;;
      esac
    done < <(unzip -Z1 "$jar" "$METADATA/*.json" 2>/dev/null)
  done
}

compile_call_helper() {
  gcc -O2 -fPIC -fstack-protector-strong -Wall -Wextra -Werror -c "$CALL_C/nb_call.c" -o "$1/nb_call.o"
  ar rcsD "$1/libnbcall.a" "$1/nb_call.o"
}

classpath() { find "$CLASSPATH_DIR" -name '*.jar' | sort | paste -sd:; }

with_graalvm() {
  local out=$1
  compile_call_helper "$out"
  mapfile -t args < <(options "$out")
  "$GRAALVM_HOME/bin/native-image" -J-Dnullbox.natives=ffm -J-Dorg.sqlite.lib.exportPath="$out" --enable-native-access=ALL-UNNAMED \
    -cp "$(classpath)" "${args[@]}" -o "$out/$NAME" "$MAIN"
}

with_assembled_builder() {
  local out=$1 jdk=$BUILDER/jdk jars
  cp -r "$BUILDER/clibraries" "$out/clibraries"
  compile_call_helper "$out/clibraries"
  mapfile -t args < <(options "$out/clibraries")
  jars=$(find "$BUILDER/jars" -name '*.jar' ! -name 'compiler-*' | sort | paste -sd:)
  JVMCI_VERSION_CHECK=ignore "$jdk/bin/java" -XX:+UseParallelGC -XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI \
    -XX:-UseJVMCICompiler -Xss10m -Xms1g -Xmx6g -Xshare:off -XX:ActiveProcessorCount="$NB_JOBS" \
    -Duser.country=US -Duser.language=en -Dsubstratevm.HostLibC=glibc -Dorg.graalvm.vendor=nullbox \
    -Dorg.graalvm.version=25.0.2 -Djdk.internal.lambda.disableEagerInitialization=true \
    -Djdk.reflect.useNativeAccessorOnly=true -Djava.lang.invoke.InnerClassLambdaMetafactory.initializeLambdas=false \
    -Dorg.graalvm.nativeimage.imagecode=buildtime \
    -Djava.system.class.loader=com.oracle.svm.hosted.NativeImageSystemClassLoader \
    --enable-native-access=ALL-UNNAMED,org.graalvm.nativeimage.builder --illegal-native-access=allow \
    --sun-misc-unsafe-memory-access=allow -Dnullbox.natives=svm -Dorg.sqlite.lib.exportPath="$out" "@$BUILDER/opens.args" \
    --add-modules=ALL-DEFAULT,jdk.internal.vm.ci,jdk.graal.compiler,org.graalvm.nativeimage.builder \
    --upgrade-module-path "$(echo "$BUILDER"/jars/compiler-*.jar)" --module-path "$jars" \
    --module org.graalvm.nativeimage.builder/com.oracle.svm.hosted.NativeImageGeneratorRunner \
    -imagecp "$(classpath)" -H:Path="$out" -H:Class="$MAIN" -H:Name="$NAME" \
    -H:ImageBuildID=00000000-0000-0000-0000-000000000001 "${args[@]}"
  rm -rf "$out/clibraries"
}

link() {
  local out=$1
  if [ -n "${GRAALVM_HOME:-}" ]; then with_graalvm "$out"; else with_assembled_builder "$out"; fi
  if grep -q 'is not part of this native image' "$out/$NAME"; then
    echo "$NAME reaches a JVM function that the assembled toolchain only has as a stub that aborts; it lies among:"
    nm "$out/$NAME" | grep -E ' T (JVM_|jio_)' || :
    return 1
  fi
  strip --strip-all "$out/$NAME"
}

build() {
  if [ -z "${GRAALVM_HOME:-}" ]; then BUILDER=$("$NB_ROOT/image/toolchain/build.sh"); fi
  NB_REPEAT='./nullbox build native' step "building the native executable $NAME (2-5 min)" "native-$NAME" link "$1"
}

# By what the builder is made from: it is large, and is asked for only when there is something to build.
if [ -n "${GRAALVM_HOME:-}" ]; then
  FLAVOUR=$(cat "$GRAALVM_HOME/release")
else
  FLAVOUR=$(hash_of "$NB_ROOT/image/toolchain" "$JAVA_HOME/release" "$(gcc -dumpfullversion)")
fi
cache_build native "$(hash_of "$KEY" "$MAIN" "$NAME" "$HEAP_MB" "$FLAVOUR" "$NB_ROOT/image/native.sh" "$CALL_C")" build
