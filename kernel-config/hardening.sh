#!/usr/bin/env bash
# hardening.sh CONFIG [README]: holds a kernel's .config against Debian's kernel-hardening-checker. Each check that fails must
# have its reason in the README's table, each option there must still fail a check, and LEAST_OK checks must be passed. Exit
# code 3: the archive has that version of the checker no more.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
# shellcheck source=../tools/debian.sh
. "$NB_ROOT/tools/debian.sh"
# shellcheck source=version
. "$NB_ROOT/kernel-config/version"

CONFIG=${1:?usage: hardening.sh CONFIG [README]}
README=${2:-$NB_ROOT/kernel-config/README.md}
LEAST_OK=235

fetch_checker() {
  debian_update
  debian_pool_file "main/k/kernel-hardening-checker/kernel-hardening-checker_${CHECKER_VERSION}_all.deb" "$CHECKER_SHA256" "$1/checker.deb" || {
    echo "the Debian archive has kernel-hardening-checker $CHECKER_VERSION no more: put another version with its sum into kernel-config/version"
    return 3
  }
  dpkg-deb --fsys-tarfile "$1/checker.deb" | tar -x -C "$1" --strip-components=5 ./usr/lib/python3/dist-packages
  rm "$1/checker.deb"
}

ENTRY=$(cache_build hardening-checker "$(hash_of "$CHECKER_SHA256")" fetch_checker)
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ENTRY python3 -c 'from kernel_hardening_checker import main; main()' -m json -c "$CONFIG" |
  python3 -c '
import json, re, sys

checks = json.loads(sys.stdin.read().splitlines()[0])
table = re.findall(r"^\| (CONFIG_\w+) \| (.+) \|$", open(sys.argv[1]).read(), re.M)
reasons = dict(table)
failed = {each["option_name"]: each["check_result"] for each in checks if not each["check_result_bool"]}
passed = sum(each["check_result_bool"] for each in checks)
wrong = [f"{name}: {said}, and {sys.argv[1]} has no reason for it" for name, said in failed.items() if name not in reasons]
wrong += [f"{name}: passes now; take its reason out of {sys.argv[1]}" for name in reasons if name not in failed]
if passed < int(sys.argv[2]):
    wrong.append(f"{passed} checks are passed, and {sys.argv[2]} were before")
print(*wrong, f"{passed} of {len(checks)} checks are passed, {len(failed)} options have a reason", sep="\n")
sys.exit(bool(wrong))' "$README" "$LEAST_OK"
