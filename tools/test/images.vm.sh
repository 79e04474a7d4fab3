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
