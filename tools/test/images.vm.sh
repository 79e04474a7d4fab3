# shellcheck shell=bash
# Root file systems as they were built: vm_inputs names them.

# holds ROOT PATH TEXT: whether a file of a root file system is there and has the text in it.
holds() { unsquashfs -cat "$1" "$2" 2>"$TMP/err" | LC_ALL=C grep -aF -- "$3" >/dev/null; }

# A line of the file that allows a Java runtime's own system calls: no microVM of the product's makes them.
test_calls_of_a_java_runtime_are_allowed_in_the_jvm_variant_alone() {
  local list=vmm-calls-of-a-jvm line root
  line=$(tail -n 1 "$NB_ROOT/image/variants/$list")
  [[ $line =~ ^[0-9]+\ [a-z0-9_]+:\ .+ ]] || wrong "$list ends with \"$line\""
  unsquashfs -l "$NULLBOX_ROOT_JVM" | grep -x "squashfs-root/jre/cage/$list" || wrong "the JVM variant lacks its $list"
  holds "$NULLBOX_ROOT_JVM" "jre/cage/$list" "$line" || wrong "the JVM variant has another $list"
  for root in "$NULLBOX_ROOT" "$NULLBOX_ROOT_CHAOS"; do
    ! unsquashfs -l "$root" | grep -F "$list" || wrong "$root holds the $list"
    # The resource's name is in the program; its content would make it one of the program's own.
    holds "$root" sbin/nullbox "$list" || wrong "/sbin/nullbox of $root does not name the $list, so this test looks at the wrong file"
    ! holds "$root" sbin/nullbox "${line#*: }" || wrong "/sbin/nullbox of $root holds a line of the $list"
  done
}

# The bills were held against what was packed; here against what is delivered.
test_bill_of_materials_names_every_file_of_the_root_and_of_its_disks() {
  local entry fsck tools=/usr/lib/nullbox/guest/tools.erofs hello=/agents/hello/root.erofs
  entry=$(dirname "$NULLBOX_ROOT")
  fsck=$(NULLBOX_CACHE=$NB_MACHINE_CACHE bash "$NB_ROOT/tools/erofs.sh")/fsck.erofs
  unsquashfs -q -n -d "$TMP/root" "$NULLBOX_ROOT" >/dev/null
  "$fsck" --extract="$TMP/tools" "$TMP/root$tools" >/dev/null
  "$fsck" --extract="$TMP/hello" "$TMP/root$hello" >/dev/null
  run python3 "$NB_ROOT/image/sbom.py" check "$entry/sbom.cdx.json" "root=$TMP/root" "tools.erofs=$TMP/tools" "hello.erofs=$TMP/hello"
  expect_code 0
  echo more >"$TMP/root/more"
  run python3 "$NB_ROOT/image/sbom.py" check "$entry/sbom.cdx.json" "root=$TMP/root"
  expect_failure
  expect_says 'root!/more: not in the bill'
}

test_bill_of_materials_names_every_file_of_the_iso() {
  local entry
  entry=$(dirname "$NULLBOX_ISO")
  xorriso -report_about WARNING -osirrox on -indev "$NULLBOX_ISO" -extract / "$TMP/iso"
  run python3 "$NB_ROOT/image/sbom.py" check "$entry/sbom.cdx.json" "iso=$TMP/iso"
  expect_code 0
}

test_no_file_of_the_root_may_be_written_by_others_than_root() {
  unsquashfs -lln "$NULLBOX_ROOT" >"$TMP/out"
  grep -q ' squashfs-root/sbin/nullbox$' "$TMP/out" || wrong 'this looks at another list'
  ! awk '$1 !~ /^l/ && $1 ~ /^(.....w|........w)/ || $2 != "0/0"' "$TMP/out" | grep squashfs-root || wrong 'the files above'
}
