# shellcheck shell=bash
# image/elf.sh and image/sbom.py: what a root file system may not hold, and what its bill of materials must say.

# elf FLAG...: compiles a program that has a buffer on its stack to $TMP/root/a, and checks it as one of our own.
elf() {
  mkdir -p "$TMP/root"
  [ -f "$TMP/exceptions" ] || : >"$TMP/exceptions"
  cat >"$TMP/a.c" <<'C'
#include <string.h>
#include <stdio.h>
int main(int count, char **words) {
    char line[100];
    strcpy(line, words[count - 1]);
    return puts(line) < 0;
}
C
  gcc -O1 -U_FORTIFY_SOURCE "$@" -o "$TMP/root/a" "$TMP/a.c"
  script "HERE=$NB_ROOT/image; . $NB_ROOT/image/elf.sh; ELF_EXCEPTIONS='$TMP/exceptions'
echo '/a native:nullbox' | elf_violations '$TMP/root' ''"
  expect_code 0
}

# shellcheck disable=SC2054 # the commas are the linker's
GOOD=(-fPIE -pie -fstack-protector-strong -Wl,-z,now,-z,relro,-z,noexecstack)

# only CHECK: the program fails that check and no other.
only() {
  expect_says "/a: fails the check '$1'"
  [ "$(wc -l <"$TMP/out")" = 1 ] || wrong 'it fails another check too'
}

test_program_with_every_protection_is_accepted() {
  elf "${GOOD[@]}"
  [ ! -s "$TMP/out" ] || wrong 'a protected program is refused'
}

test_program_that_lacks_one_protection_is_refused_for_it() {
  elf "${GOOD[@]}" -no-pie -fno-PIE
  only pie
  elf "${GOOD[@]}" -Wl,-z,lazy
  only now
  elf "${GOOD[@]}" -Wl,-z,norelro
  only relro
  elf "${GOOD[@]}" -Wl,-z,execstack
  only stack
  elf "${GOOD[@]}" -fno-stack-protector
  only protector
  elf "${GOOD[@]}" -Wl,-rpath,/opt/lib
  only rpath
}

test_exception_lets_a_program_pass_that_check_alone() {
  echo '/a | now pie | for a reason' >"$TMP/exceptions"
  elf "${GOOD[@]}" -no-pie -fno-PIE -Wl,-z,lazy
  [ ! -s "$TMP/out" ] || wrong 'an excepted program is refused'
  elf "${GOOD[@]}" -no-pie -fno-PIE -Wl,-z,lazy -fno-stack-protector
  only protector
}

test_exception_that_nothing_needs_is_refused() {
  echo '/a | now | for a reason' >"$TMP/exceptions"
  elf "${GOOD[@]}"
  expect_says "/a: passes the check 'now': take the exception out"
}

test_exception_without_a_reason_is_none() {
  echo '/a | now | ' >"$TMP/exceptions"
  elf "${GOOD[@]}" -Wl,-z,lazy
  only now
}

# root: a root with a package's file, one of our own and a link; its lists, and its bill in $TMP/bill.
root() {
  local line
  mkdir -p "$TMP/r/lib" "$TMP/r/etc" "$TMP/licences"
  echo one >"$TMP/r/lib/one.so"
  echo hosts >"$TMP/r/etc/hosts"
  ln -sf one.so "$TMP/r/lib/one.so.1"
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: MIT\n' \
    >"$TMP/licences/libone"
  line='libone | 1:2-3+b1 | licences/libone | Debian source package one 1:2-3 | /lib/one.so'
  printf 'name | version\n%s\n' "$line" >"$TMP/sources"
  printf '%s\n' '# a root' 'dir 0755 /etc' 'file 0644 /etc/hosts repo:image/hosts' 'file 0644 /lib/one.so deb:libone:/one.so' \
    'link - /lib/one.so.1 one.so' >"$TMP/manifest"
  bill
}

bill() {
  script "HERE=$NB_ROOT/image; . $NB_ROOT/image/sources.sh; list_files '$TMP/r' >'$TMP/files'
python3 $NB_ROOT/image/sbom.py root 0.9 '$TMP/sources' '$TMP/licences' '$TMP/bill' 'root=$TMP/files:$TMP/manifest'"
}

# so TEXT: a Python expression on the bill is true.
so() { python3 -c "import json, sys; bill = json.load(open(sys.argv[1])); sys.exit(not ($1))" "$TMP/bill" || wrong "not so: $1"; }

holds_the_root() { run python3 "$NB_ROOT/image/sbom.py" check "$TMP/bill" "root=$TMP/r"; }

test_bill_traces_each_file_to_its_component() {
  local package='pkg:deb/debian/libone@1:2-3%2Bb1?arch=amd64&distro=bookworm'
  root
  expect_code 0
  so "{each['ref']: each['dependsOn'] for each in bill['dependencies']}['root!/lib/one.so'] == ['$package']"
  so "{each['ref']: each['dependsOn'] for each in bill['dependencies']}['root!/lib/one.so.1'] == ['$package']"
  so "{each['ref']: each['dependsOn'] for each in bill['dependencies']}['root!/etc/hosts'] == ['nullbox']"
  so "[each['licenses'] for each in bill['components'] if each['name'] == 'libone'] == [[{'license': {'name': 'MIT'}}]]"
  so "[each['version'] for each in bill['components'] if each['name'] == 'nullbox'] == ['0.9']"
  holds_the_root
  expect_code 0
}

test_bill_is_the_same_bytes_each_time() {
  root
  cp "$TMP/bill" "$TMP/first"
  bill
  cmp "$TMP/first" "$TMP/bill" || wrong 'two bills of one root differ'
}

test_file_of_unknown_origin_stops_the_bill() {
  root
  echo two >"$TMP/r/lib/two.so"
  echo 'file 0644 /lib/two.so deb:libtwo:/two.so' >>"$TMP/manifest"
  bill
  expect_failure
  expect_says 'root!/lib/two.so: nothing tells which component it comes from'
}

test_bill_that_does_not_match_the_root_is_refused() {
  root
  echo more >>"$TMP/r/etc/hosts"
  holds_the_root
  expect_failure
  expect_says 'root!/etc/hosts: another file'
  root
  echo more >"$TMP/r/etc/more"
  holds_the_root
  expect_failure
  expect_says 'root!/etc/more: not in the bill'
  rm "$TMP/r/etc/more" "$TMP/r/lib/one.so.1"
  holds_the_root
  expect_failure
  expect_says 'root!/lib/one.so.1: in the bill, and not there'
}

test_bill_without_an_origin_is_refused() {
  root
  python3 - "$TMP/bill" <<'PYTHON'
import json, sys
bill = json.load(open(sys.argv[1]))
for each in bill["dependencies"]:
    if each["ref"] == "root!/etc/hosts":
        each["dependsOn"] = []
for each in bill["components"]:
    if each["name"] == "libone":
        del each["licenses"]
json.dump(bill, open(sys.argv[1], "w"))
PYTHON
  holds_the_root
  expect_failure
  expect_says 'root!/etc/hosts: comes from no component'
  expect_says 'bookworm: no licenses'
}
