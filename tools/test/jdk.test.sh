# shellcheck shell=bash
# tools/jdk.sh: which JDK is taken.

# jdk DIR VERSION: a directory that looks like a JDK.
jdk() {
  mkdir -p "$1/bin"
  printf 'JAVA_VERSION="%s"\n' "$2" >"$1/release"
  printf '#!/bin/sh\n' >"$1/bin/javac"
  chmod 755 "$1/bin/javac"
}

# taken: what jdk_part prints, on a machine that has JDKs in $TMP/places only.
taken() {
  script ". $NB_ROOT/tools/jdk.sh; NB_JDK_PLACES=($TMP/places/*); debian_jdk() { echo from-debian; }; jdk_part"
}

test_java_home_is_taken_first() {
  jdk "$TMP/places/jdk-25" 25.0.3
  jdk "$TMP/mine" 25.0.1
  JAVA_HOME=$TMP/mine taken
  expect_code 0
  [ "$(cat "$TMP/out")" = "$TMP/mine" ] || wrong 'it took another'
}

test_java_home_of_another_version_is_named_and_passed_over() {
  jdk "$TMP/places/jdk-25" 25.0.3
  jdk "$TMP/mine" 21.0.9
  JAVA_HOME=$TMP/mine taken
  expect_says "JAVA_HOME=$TMP/mine is not a JDK 25 (it is version 21.0.9): taking $TMP/places/jdk-25 instead"
  [ "$(tail -n 1 "$TMP/out")" = "$TMP/places/jdk-25" ] || wrong 'it took another'
}

test_java_home_that_is_not_there_is_named() {
  JAVA_HOME=$TMP/none taken
  expect_says "JAVA_HOME=$TMP/none is not a JDK 25 (there is no such directory): taking one from Debian instead"
  [ "$(tail -n 1 "$TMP/out")" = from-debian ] || wrong 'it took another'
}

test_runtime_without_a_compiler_is_no_jdk() {
  jdk "$TMP/places/jre-25" 25.0.3
  rm "$TMP/places/jre-25/bin/javac"
  JAVA_HOME=$TMP/places/jre-25 taken
  expect_says '(it holds no bin/javac)'
  [ "$(tail -n 1 "$TMP/out")" = from-debian ] || wrong 'it took another'
}

test_version_250_is_not_25() {
  jdk "$TMP/places/jdk-250" 250.0.1
  JAVA_HOME='' taken
  [ "$(cat "$TMP/out")" = from-debian ] || wrong 'it took another'
}

# The static libraries of the native-image builder are compiled from the sources of this very release.
test_debian_jdk_is_of_the_release_of_the_builder() {
  local builder
  builder=$(sed -n 's/^JDK_SOURCE_VERSION=//p' image/toolchain/build.sh)
  run grep -x "JDK_VERSION=$builder" tools/jdk.version
  expect_code 0
}
