# shellcheck shell=bash
# Checks of the ELF files of a root file system: what their linker and compiler did against exploits. elf.exceptions has the
# files that may fail a check, each with its reason. Sourced by build.sh. Needs: readelf.

ELF_EXCEPTIONS=$HERE/elf.exceptions
# Kinds of source whose C this repository compiles.
OWN_C='^(native:nullbox$|guest:|guest-tools:|hello:)'
# mov, sub and xor with %fs:0x28, where the C library keeps the canary of x86-64.
CANARY='\x64\x48[\x2b\x33\x8b][\x04\x0c\x14\x1c\x24\x2c\x34\x3c]\x25\x28\x00\x00\x00'

is_elf() { [ "$(head -c 4 "$1" | od -An -tx1 | tr -d ' ')" = 7f454c46 ]; }

# failed_checks FILE SOURCE: the name of each check that the ELF file fails:
#   pie        its code lies at a fixed address
#   relro      no table of addresses is read-only once it is linked
#   now        addresses of functions are bound lazily, so that their table stays writable
#   stack      its stack is executable
#   wx         a segment is writable and executable
#   textrel    the linker writes into its code
#   rpath      it names directories to look for libraries in
#   protector  no function checks its stack's canary, in C that is compiled here
failed_checks() {
  local file=$1 source=$2 segments dynamic
  segments=$(readelf -hlW "$file")
  dynamic=$(readelf -dW "$file" 2>/dev/null)
  grep -Eq '^ *Type: *DYN' <<<"$segments" || echo pie
  grep -Eq '^ *GNU_RELRO ' <<<"$segments" || echo relro
  # Without relocations of functions there is nothing to bind.
  if grep -Eq '\((JMPREL|PLTRELSZ)\)' <<<"$dynamic"; then
    grep -Eq '\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW|\(BIND_NOW\)' <<<"$dynamic" || echo now
  fi
  grep -E '^ *GNU_STACK ' <<<"$segments" | grep -Eqv ' RWE ' || echo stack
  if grep -E '^ *LOAD ' <<<"$segments" | grep -Eq ' RWE '; then echo wx; fi
  if grep -Eq '\(TEXTREL\)|\(FLAGS\).*TEXTREL' <<<"$dynamic"; then echo textrel; fi
  if grep -Eq '\((RPATH|RUNPATH)\)' <<<"$dynamic"; then echo rpath; fi
  if [[ $source =~ $OWN_C ]]; then
    LC_ALL=C grep -aqP "$CANARY" "$file" || echo protector
  fi
}

# elf_violations DIR PREFIX: reads PATH SOURCE lines; prints each check that an ELF file DIR/PATH fails without an exception for
# PREFIX and PATH, and each exception of those files that nothing needs.
elf_violations() {
  local dir=$1 prefix=$2 path source check excepted failed
  while read -r path source; do
    is_elf "$dir$path" || continue
    excepted=$(awk -F ' [|] ' -v path="$prefix$path" '$1 == path && $3 != "" {print $2}' "$ELF_EXCEPTIONS" | tr ' ' '\n')
    failed=$(failed_checks "$dir$path" "$source")
    while read -r check; do
      [ -z "$check" ] || grep -qx "$check" <<<"$excepted" ||
        echo "$prefix$path: fails the check '$check' (image/elf.sh); build it otherwise, or state the reason in image/elf.exceptions"
    done <<<"$failed"
    while read -r check; do
      [ -z "$check" ] || grep -qx "$check" <<<"$failed" ||
        echo "$prefix$path: passes the check '$check': take the exception out of image/elf.exceptions"
    done <<<"$excepted"
  done
}

# manifest_elf_violations ROOT MANIFEST...
manifest_elf_violations() {
  local root=$1
  shift
  entries "$@" | awk '$1 == "file" {print $3, $4}' | elf_violations "$root" ''
}
