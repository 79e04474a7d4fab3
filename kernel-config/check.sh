#!/usr/bin/env bash
# check.sh host|guest CONFIG: holds a kernel's .config against the fragments and the required.config of its flavour.
# Prints each option that was asked for and is not there, or must be off and is on.

# shellcheck source=../tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
# shellcheck source=options.sh
. "$NB_ROOT/kernel-config/options.sh"

CONFIG=${2:?usage: check.sh host|guest CONFIG}

# wanted FILE...: OPTION=VALUE of each option, n for "is not set".
wanted() { last_words "$@" | sed 's/^# \(CONFIG_[A-Za-z0-9_]*\) is not set$/\1=n/' | sort; }

wrong=0
while IFS='=' read -r key value; do
  got=$(sed -n "s/^$key=//p" "$CONFIG")
  if [ "${got:-n}" != "$value" ]; then
    echo "$key: wanted $value, got ${got:-n}"
    wrong=1
  fi
done < <(wanted "${FRAGMENTS[@]}" && wanted "$REQUIRED")
[ "$wrong" -eq 0 ] ||
  die "the $FLAVOUR's kernel is not what was asked for: a dependency of each option named is off, something selects it, or its name has gone"
echo "every option of the $FLAVOUR's fragments and required.config is as asked for"
