#!/usr/bin/env bash
# check.sh CONFIG: holds a built kernel's .config against the fragments and required.config, beside this file. Prints
# each option that was asked for and is not there, or must be off and is on.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"

CONFIG=${1:?usage: check.sh CONFIG}
HERE=$NB_ROOT/kernel-config

# The last word on each option: OPTION=VALUE, n for "is not set".
wanted() {
  cat "$@" | awk '
    /^CONFIG_[A-Za-z0-9_]+=/ { key = $0; sub(/=.*/, "", key); value[key] = substr($0, length(key) + 2) }
    /^# CONFIG_[A-Za-z0-9_]+ is not set$/ { value[$2] = "n" }
    END { for (key in value) print key "=" value[key] }' | sort
}

wrong=0
while IFS='=' read -r key value; do
  got=$(sed -n "s/^$key=//p" "$CONFIG")
  if [ "${got:-n}" != "$value" ]; then
    echo "$key: wanted $value, got ${got:-n}"
    wrong=1
  fi
done < <(wanted "$HERE"/fragments/*.config && wanted "$HERE/required.config")
[ "$wrong" -eq 0 ] || die 'the kernel is not what was asked for'
echo "every option of the fragments and of required.config is as asked for"
