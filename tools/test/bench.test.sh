# shellcheck shell=bash
# shellcheck disable=SC2016 # what is quoted is for another shell
# tools/bench.sh: figures with their references beside.

# bench_of JAVA-SCRIPT [--json]: bench_module with a Java that is a shell script, a Maven that does nothing and one
# reference.
bench_of() {
  mkdir -p "$TMP/jdk/bin" "$TMP/bin"
  printf '#!/bin/sh\n%s\n' "$1" >"$TMP/jdk/bin/java"
  printf '#!/bin/sh\n' >"$TMP/bin/mvn"
  chmod 755 "$TMP/jdk/bin/java" "$TMP/bin/mvn"
  JAVA_HOME=$TMP/jdk PATH=$TMP/bin:$PATH script ". $NB_ROOT/tools/bench.sh
    ensure_packages() { :; }
    beside() { echo other.put_per_second 12.5; echo other.get_per_second 80.0; pwd >$TMP/where; }
    bench_module warden some.Main beside '${2:-}'"
}

test_figures_are_one_json_object_with_the_references() {
  bench_of 'echo "{\"set_per_second\":{\"value\":7}}"' --json
  expect_code 0
  [ "$(tail -n 1 "$TMP/out")" = '{"nullbox":{"set_per_second":{"value":7}},"reference":{"other.put_per_second":12.5,"other.get_per_second":80.0}}' ] ||
    wrong 'that is another object'
}

test_figures_are_lines_without_json() {
  bench_of 'echo "set per second 7 $*"; echo "in $NULLBOX_BENCH_DIR"'
  expect_code 0
  expect_says 'set per second 7'
  expect_says "in $NULLBOX_CACHE/bench/"
  expect_says 'some.Main'
  grep -Eqx '  other.put_per_second +12.5' "$TMP/out" || wrong 'the reference is not there'
  [ ! -e "$(cat "$TMP/where")" ] || wrong 'the scratch directory is still there'
}

test_bound_that_does_not_hold_fails_after_the_figures() {
  bench_of 'echo figures; exit 1'
  expect_code 1
  expect_says 'figures'
  expect_says 'other.put_per_second'
}

test_bench_that_gives_no_figures_is_named() {
  bench_of 'exit 3'
  expect_code 1
  expect_says 'some.Main gave no figures (exit code 3)'
}

test_rate_is_a_count_over_the_time() {
  script '. "$NB_ROOT/tools/bench.sh"; per_second sleeps 4 sleep 0.05'
  expect_code 0
  awk '$1 == "sleeps" && $2 > 2 && $2 <= 20 { found = 1 } END { exit !found }' "$TMP/out" || wrong 'that is no rate of 0.05 s each'
}
