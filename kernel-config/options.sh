# shellcheck shell=bash
# The options of a flavour of the kernel, from the files beside this one. Sourced, never run.

HERE=$NB_ROOT/kernel-config
FLAVOUR=${1:-}
case $FLAVOUR in
host | guest) ;;
*) misused "kernel-config: no such kernel '$FLAVOUR'; there are host, guest" ;;
esac

# The fragments of both kernels, then the flavour's own.
# shellcheck disable=SC2034 # used by the scripts that source this one
FRAGMENTS=("$HERE"/common/*.config "$HERE/$FLAVOUR"/??-*.config)
# shellcheck disable=SC2034
REQUIRED=$HERE/$FLAVOUR/required.config

# last_words FILE...: the lines of the files that set an option, the last word on each winning.
last_words() {
  cat "$@" | awk '
    /^CONFIG_[A-Za-z0-9_]+=/ { split($0, part, "="); key = part[1] }
    /^# CONFIG_[A-Za-z0-9_]+ is not set$/ { key = $2 }
    /^(CONFIG_|# CONFIG_.* is not set$)/ { if (!(key in value)) order[++n] = key; value[key] = $0 }
    END { for (i = 1; i <= n; i++) print value[order[i]] }'
}
