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
    beside() { echo other:set_per_second 12.5; echo other:get_per_second.10 80.0; pwd >$TMP/where; }
    bench_module warden some.Main beside '${2:-}'"
}

FIGURES='printf "%s\n" "set_per_second.10 7" "set_per_second.20 8" "peer:set_per_second.20 5" "get_per_second.10 9" "get_per_second.20 6"'

test_figures_are_one_json_object_with_each_reference_beside_its_figure() {
  bench_of "$FIGURES" --json
  expect_code 0
  [ "$(tail -n 1 "$TMP/out")" = '{"set_per_second.10":{"value":7,"reference":{"other":12.5}},"set_per_second.20":{"value":8,"reference":{"peer":5,"other":12.5}},"get_per_second.10":{"value":9,"reference":{"other":80.0}},"get_per_second.20":{"value":6,"reference":{}}}' ] ||
    wrong 'that is another object'
}

test_figures_are_lines_without_json() {
  bench_of "$FIGURES; echo \"\$*\" >&2"
  expect_code 0
  grep -Eqx 'set_per_second.20 +8   beside peer 5, other 12.5' "$TMP/out" || wrong 'the references are not beside it'
  grep -Eqx 'get_per_second.20 +6' "$TMP/out" || wrong 'it has a reference of another size'
  expect_says "-Djava.io.tmpdir=$NULLBOX_CACHE/bench/"
  expect_says 'some.Main'
  [ ! -e "$(cat "$TMP/where")" ] || wrong 'the scratch directory is still there'
}

test_bound_that_does_not_hold_fails_after_the_figures() {
  bench_of 'echo set_per_second.10 7; exit 1'
  expect_code 1
  grep -Eqx 'set_per_second.10 +7   beside other 12.5' "$TMP/out" || wrong 'the figure is not there'
}

test_bench_that_gives_no_figures_is_named() {
  bench_of 'exit 3'
  expect_code 1
  expect_says 'some.Main gave no figures (exit code 3)'
}

test_rate_is_a_count_over_the_time() {
  script 'cd "$TMP"; . "$NB_ROOT/tools/bench.sh"; per_second sleeps 4 sleep 0.05'
  expect_code 0
  awk '$1 == "sleeps" && $2 > 2 && $2 <= 20 { found = 1 } END { exit !found }' "$TMP/out" || wrong 'that is no rate of 0.05 s each'
}
