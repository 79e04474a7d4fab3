# shellcheck shell=bash
# image/sources.sh: what the image holds of others is listed, or there is no image.

# sources LINE: runs LINE with a manifest of two files, one package, and an executable of $TMP/jars.
sources() {
  mkdir -p "$TMP/jars" "$TMP/packages/libone/usr/share/doc/libone" "$TMP/packages/libtwo/usr/share/doc"
  printf 'file 0755 /sbin/nullbox native:nullbox\nfile 0644 /lib/two.so deb:libtwo:/lib/two.so.2\n' >"$TMP/manifest"
  printf 'libone 1-1 one 1-1\nlibtwo 2-1+b1 one 2-1\n' >"$TMP/packages/sources"
  echo 'free' >"$TMP/packages/libone/usr/share/doc/libone/copyright"
  ln -sfn libone "$TMP/packages/libtwo/usr/share/doc/libtwo"
  echo 'JAVA_RUNTIME_VERSION="25.0.9+1"' >"$TMP/release"
  script "HERE=$NB_ROOT/image MANIFESTS=('$TMP/manifest') TOOLS_MANIFEST=/dev/null PACKAGES='$TMP/packages' NB_JAVA='$TMP' JAVA_HOME='$TMP'
. $NB_ROOT/image/sources.sh
entries() { cat \"\$@\"; }
installed() { echo 7; }
$1"
}

test_package_is_listed_with_its_source_package_and_path() {
  sources "debian_rows '$TMP/manifest'"
  expect_code 0
  [ "$(cat "$TMP/out")" = 'libtwo | 2-1+b1 | licences/libtwo | Debian source package one 2-1 | /lib/two.so' ] || wrong 'it is listed otherwise'
}

test_trixie_package_is_listed_and_its_licence_named_apart() {
  local docs=$TMP/erofs/root/usr/share/doc/libthree
  mkdir -p "$docs" "$TMP/common"
  echo 'three (1:3-4) trixie; urgency=low' | gzip >"$docs/changelog.Debian.gz"
  echo 'freer' >"$docs/copyright"
  printf 'file 0644 /lib/three.so erofs:libthree:/lib/three.so.3\n' >"$TMP/trixie"
  sources "NB_EROFS='$TMP/erofs'; trixie_rows '$TMP/trixie'; MANIFESTS+=('$TMP/trixie') COMMON_LICENCES='$TMP/common'; write_licences '$TMP/licences'"
  expect_code 0
  [ "$(cat "$TMP/out")" = 'libthree | 1:3-4 | licences/trixie-libthree | Debian source package three 1:3-4 | /lib/three.so' ] || wrong 'it is listed otherwise'
  [ "$(cat "$TMP/licences/trixie-libthree")" = freer ] || wrong 'the licence is not there'
}

test_licence_of_a_package_may_lie_in_another() {
  sources "COMMON_LICENCES=\$(mktemp -d '$TMP/XXXX'); write_licences '$TMP/licences'"
  expect_code 0
  [ "$(cat "$TMP/licences/libtwo")" = free ] || wrong 'the licence is not there'
}

test_jar_is_listed_with_its_licence() {
  mkdir "$TMP/jars"
  touch "$TMP/jars/gson-2.99.jar" "$TMP/jars/cage-$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$NB_ROOT/pom.xml" | head -n 1).jar"
  sources executable_rows
  expect_code 0
  expect_says 'gson | 2.99 | Apache-2.0 | Maven com.google.code.gson:gson, classifier sources | /sbin/nullbox'
  expect_says 'openjdk | 25.0.9+1 | '
  expect_says 'zlib | 7 | '
  expect_not cage
}

test_jar_without_a_line_stops_the_build() {
  mkdir "$TMP/jars"
  touch "$TMP/jars/surprise-1.0.jar"
  sources executable_rows
  expect_failure
  expect_says 'surprise is in the image, and image/sources.list has no line for it'
}
