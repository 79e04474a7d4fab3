# shellcheck shell=bash
# image/native.sh with a GraalVM distribution, which here is a script that writes down its arguments.

# distribution VERSION: in $TMP/graalvm.
distribution() {
  mkdir -p "$TMP/graalvm/bin" "$TMP/jars"
  printf 'IMPLEMENTOR="Test"\nJAVA_VERSION="%s"\n' "$1" >"$TMP/graalvm/release"
  cat >"$TMP/graalvm/bin/native-image" <<SCRIPT
#!/bin/bash
printf '%s\n' "\$@" >"$TMP/arguments"
while [ "\$1" != -o ]; do shift; done
cp /bin/true "\$2"
SCRIPT
  chmod 755 "$TMP/graalvm/bin/native-image"
}

# jar NAME FILE...: a jar in $TMP/jars with empty files.
jar() {
  local name=$1 file
  shift
  for file in "$@"; do
    mkdir -p "$TMP/classes/$(dirname "$file")"
    touch "$TMP/classes/$file"
  done
  (cd "$TMP/classes" && zip -qr "$TMP/jars/$name" .)
  rm -rf "$TMP/classes"
}

argument() { grep -qxF -- "$1" "$TMP/arguments" || wrong "native-image was not given $1, but: $(cat "$TMP/arguments")"; }

test_distribution_is_used_with_every_option() {
  distribution 25.0.2
  jar a.jar META-INF/native-image/dev.nullbox/natives/reachability-metadata.json
  jar sqlite-jdbc-3.jar META-INF/native-image/org.xerial/sqlite-jdbc/reflect-config.json
  GRAALVM_HOME=$TMP/graalvm run image/native.sh key some.Main program "$TMP/jars"
  expect_code 0
  [ -x "$(tail -n 1 "$TMP/out")/program" ] || wrong 'there is no program in the entry'
  argument -J-Dnullbox.natives=ffm
  argument --enable-native-access=ALL-UNNAMED
  argument "$TMP/jars/a.jar:$TMP/jars/sqlite-jdbc-3.jar"
  argument -H:Optimize=s
  argument -H:+RunMainInNewThread
  argument -H:+ZapConsumedHeapChunks
  argument -H:+StaticExecutableWithDynamicLibC
  argument -R:MaxHeapSize=67108864
  argument -H:Features=org.sqlite.nativeimage.SqliteJdbcFeature
  argument -H:ReachabilityMetadataResources=META-INF/native-image/dev.nullbox/natives/reachability-metadata.json
  argument -H:ReflectionConfigurationResources=META-INF/native-image/org.xerial/sqlite-jdbc/reflect-config.json
  [ "$(tail -n 1 "$TMP/arguments")" = some.Main ] || wrong 'the main class is not the last argument'
  [ ! -e "$NULLBOX_CACHE/native-toolchain" ] || wrong 'a builder was assembled all the same'
}

test_another_distribution_builds_again() {
  local first
  distribution 25.0.2
  jar a.jar file
  GRAALVM_HOME=$TMP/graalvm run image/native.sh key some.Main program "$TMP/jars"
  first=$(tail -n 1 "$TMP/out")
  distribution 25.0.3
  GRAALVM_HOME=$TMP/graalvm run image/native.sh key some.Main program "$TMP/jars"
  [ "$(tail -n 1 "$TMP/out")" != "$first" ] || wrong 'the entry of the other distribution was taken'
}

test_executable_with_an_aborting_stub_is_refused() {
  distribution 25.0.2
  jar a.jar file
  sed -i "s|^cp .*|{ cat /bin/true; echo is not part of this native image; } >\"\\\$2\"|" "$TMP/graalvm/bin/native-image"
  GRAALVM_HOME=$TMP/graalvm run image/native.sh key some.Main program "$TMP/jars"
  expect_failure
  expect_says 'program reaches a JVM function that the assembled toolchain only has as a stub that aborts'
  no_leftovers
}

# Before anything is compiled.
test_distribution_without_native_image_is_refused() {
  mkdir -p "$TMP/graalvm/bin"
  GRAALVM_HOME=$TMP/graalvm run ./nullbox build native
  expect_code 1
  expect_says "GRAALVM_HOME=$TMP/graalvm holds no bin/native-image: set it to a GraalVM 25 distribution, or unset it"
  [ ! -e "$NULLBOX_CACHE/java" ] || wrong 'it compiled first'
}

test_distribution_of_another_version_is_refused() {
  distribution 21.0.2
  GRAALVM_HOME=$TMP/graalvm run ./nullbox build native
  expect_code 1
  expect_says "GRAALVM_HOME=$TMP/graalvm is not for Java 25 (its file named release says \"21.0.2\")"
}
