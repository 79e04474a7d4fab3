# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # what is quoted is for another shell; CODE is for expect_code
# ./nullbox: what it refuses, how it says so, and that it has done nothing by then.

# refused TEXT ARGUMENT...: ./nullbox ARGUMENT... is misused, says TEXT, and leaves the cache empty.
refused() {
  local text=$1
  shift
  run ./nullbox "$@"
  expect_code 2
  expect_says "$text"
  [ -z "$(ls -A "$NULLBOX_CACHE")" ] || wrong "it made $(ls -A "$NULLBOX_CACHE")"
}

test_unknown_verb() { refused "no such verb 'boto'; there are boot, write, test, build, ctl, bench, docs, fmt, clean, help" boto; }
test_boot_unknown_argument() { refused "boot: unknown argument '--isso'; ./nullbox help boot" boot --isso; }
test_boot_option_without_value() { refused 'boot: --kernel-args needs a value' boot --iso --kernel-args; }
test_boot_kernel_args_for_the_boot_loader() {
  refused "boot: --kernel-args 'a; reboot': use words of A-Z a-z 0-9" boot --kernel-args 'a; reboot'
}
test_boot_until_something_else() { refused 'boot: --until prompt: there is only --until agent' boot --until prompt; }
test_boot_port_that_is_none() {
  refused 'boot: --port 70000: not a port, which is a number from 1 to 65535' boot --port 70000
  refused 'boot: --port http: not a port' boot --port http
  refused 'boot: --port : not a port' boot --port ''
}
test_boot_agent_without_manifest() { refused "boot: --agent $TMP: there is no AGENT.toml in it" boot --agent "$TMP"; }

# agent DIR NAME: a directory with an AGENT.toml that gives the name.
agent() {
  mkdir -p "$1/rootfs"
  printf '# name = "other"\n[agent]\n  name = %s # so\n[tools]\nname = "tool"\n' "$2" >"$1/AGENT.toml"
}

test_boot_agent_without_a_root() {
  agent "$TMP/a" '"rootless"'
  rm -r "$TMP/a/rootfs"
  refused "boot: --agent $TMP/a: it must hold one of rootfs/, rootfs.tar and root.erofs" boot --agent "$TMP/a"
}
test_boot_agent_with_two_roots() {
  agent "$TMP/a" '"double"'
  touch "$TMP/a/rootfs.tar"
  refused "boot: --agent $TMP/a: it must hold one of rootfs/, rootfs.tar and root.erofs" boot --agent "$TMP/a"
}
test_boot_agent_whose_name_is_none() {
  agent "$TMP/a" '"no/name"'
  refused "boot: --agent $TMP/a: its AGENT.toml gives 'no/name' as [agent] name: use 1 to 32 of" boot --agent "$TMP/a"
}
test_boot_agent_with_the_name_of_another() {
  agent "$TMP/a" '"twin"'
  agent "$TMP/b" "'twin'"
  refused "boot: --agent $TMP/b: another --agent is named twin too" boot --agent "$TMP/a" --agent "$TMP/b"
}
test_boot_agent_with_the_name_of_one_in_the_image() {
  agent "$TMP/a" '"hello"'
  refused "boot: --agent $TMP/a: the image has an agent named hello already" boot --agent "$TMP/a"
}
test_test_unknown_kind() { refused "test: no such kind 'units'; there are unit, kernel, vm, all, long" test units; }
test_test_second_argument() { refused "test: one argument at most, and 'vm' is a second" test kernel vm; }
test_test_unit_of_what_is_not_there() {
  refused "test unit: no such module 'wardn'; there are protocol manifest rpc native " test unit wardn
  refused "test unit: no such module '-pl'; there are protocol" test unit -pl
  refused "test unit: warden has no test class 'Json*' (those named *VmIT are for ./nullbox test vm)" test unit warden 'Json*'
  refused "test unit: smoke-test has no test class 'HelloVmIT'" test unit smoke-test HelloVmIT
  refused "test unit: 'JsonTest;' is not CLASS or CLASS#METHOD" test unit rpc 'JsonTest;'
  refused "test unit: MODULE and TEST at most, and 'LineFramerTest' is one more" test unit rpc JsonTest LineFramerTest
}
test_test_long_unknown_part() {
  refused "test long: no such part 'unit'; there are fuzz, seeds, kernel, builds, vm, calls, metal, debian" test long unit
  refused "test long: one part at most, and 'seeds' is a second" test long fuzz seeds
}
test_build_unknown_part() { refused "build: no such part 'kernle'; there are native, kernel, guest-kernel, krun, image, iso, disk, again" build kernle; }
test_build_second_argument() { refused "build: one argument at most, and 'iso' is a second" build krun iso; }
test_build_again_of_what_it_is_not_for() {
  refused "build: again 'iso': there are again kernel, and again alone" build again iso
  refused "build: 'native' is one argument too many" build again kernel native
}
test_bench_unknown_figures() { refused "bench: no such figures 'boots'" bench boots; }
test_bench_without_a_name() { refused "bench: no such figures ''" bench; }
test_bench_unknown_option() { refused "bench: unknown argument '--jsn'; there is --json" bench boot --jsn; }
test_docs_argument() { refused "docs: takes no argument, not 'api.md'" docs api.md; }
test_fmt_argument() { refused "fmt: takes no argument, not 'nullbox'" fmt nullbox; }
test_help_of_an_unknown_verb() { refused "help: no such verb 'boto'" help boto; }

test_clean_unknown_argument_removes_nothing() {
  mkdir -p target/clean-test
  refused "clean: unknown argument '--everything'; there is --all" clean --everything
  [ -d target/clean-test ] || wrong 'it has removed target/'
  rmdir target/clean-test
}

test_help_of_each_verb() {
  local verb
  for verb in boot write test build ctl bench docs fmt clean; do
    run ./nullbox help "$verb"
    expect_code 0
    expect_says "usage: ./nullbox $verb"
  done
  for verb in boot write test build bench docs fmt clean; do
    run ./nullbox "$verb" --help
    expect_code 0
    expect_says "usage: ./nullbox $verb"
  done
  [ -z "$(ls -A "$NULLBOX_CACHE")" ] || wrong "it made $(ls -A "$NULLBOX_CACHE")"
  run ./nullbox
  expect_code 0
  for verb in boot write test build ctl bench docs fmt clean; do expect_says "  $verb "; done
}

test_boot_port_taken() {
  perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die; $| = 1;
    print $s->sockport, "\n"; sleep 60' >"$TMP/port" &
  eventually 'a listener' test -s "$TMP/port"
  run ./nullbox boot --port "$(cat "$TMP/port")"
  kill $!
  expect_code 1
  expect_says "port $(cat "$TMP/port") on 127.0.0.1 is taken"
  expect_says 'choose another with --port'
}

# other_machine WITHOUT...: a PATH in $TMP/bin with all of this machine's programs except those named.
other_machine() {
  local name
  mkdir "$TMP/bin"
  ln -sf /usr/sbin/* /usr/bin/* "$TMP/bin/"
  for name in "$@"; do rm -f "$TMP/bin/$name"; done
}

# fake NAME TEXT: a program in $TMP/bin.
fake() {
  rm -f "$TMP/bin/$1"
  printf '#!/bin/sh\n%s\n' "$2" >"$TMP/bin/$1"
  chmod 755 "$TMP/bin/$1"
}

test_missing_packages_without_sudo_are_named() {
  other_machine sudo
  fake id 'echo 1000'
  fake dpkg-query 'for name; do [ "$name" = zip ] || echo "$name installed"; done; exit 1'
  PATH=$TMP/bin run ./nullbox build krun
  expect_code 1
  expect_says 'as root: apt-get install zip'
}

test_missing_packages_are_asked_for() {
  other_machine
  fake id 'echo 1000'
  fake dpkg-query 'for name; do [ "$name" = zip ] || echo "$name installed"; done; exit 1'
  fake sudo "touch $TMP/sudo-was-used"
  PATH=$TMP/bin run ./nullbox build krun
  expect_code 1
  expect_says 'this needs a yes: install with sudo apt-get: zip. Repeat with -y to agree.'
  [ ! -e "$TMP/sudo-was-used" ] || wrong 'sudo was used without a yes'
}

test_yes_counts_wherever_it_stands() {
  local words
  other_machine
  fake id 'echo 1000'
  fake dpkg-query 'for name; do [ "$name" = zip ] || echo "$name installed"; done; exit 1'
  fake sudo "touch $TMP/sudo-was-used; exit 3"
  for words in '-y build krun' 'build -y krun' 'build krun -y'; do
    rm -f "$TMP/sudo-was-used"
    # shellcheck disable=SC2086 # words
    PATH=$TMP/bin run ./nullbox $words
    expect_code 3
    [ -e "$TMP/sudo-was-used" ] || wrong "not taken for a yes: $words"
  done
}

test_kernel_tests_need_root_and_say_so_first() {
  other_machine
  fake id 'echo 1000'
  PATH=$TMP/bin run ./nullbox test all
  expect_code 1
  expect_says 'run them as root (sudo -E ./nullbox test all); unit and vm need no root'
  [ -z "$(ls -A "$NULLBOX_CACHE")" ] || wrong 'it had begun'
}

# A Maven that writes what surefire would: three tests, of which one failed and one was skipped.
test_failed_and_skipped_java_tests_are_named_and_counted_apart() {
  local report=$TMP/checkout/some/target/surefire-reports
  mkdir -p "$TMP/checkout"
  other_machine
  fake mvn "mkdir -p $report; cat >$report/TEST-a.xml <<XML
<testsuite xmlns:xsi=\"x\" name=\"a.ATest\" time=\"0.1\" tests=\"3\" errors=\"0\" skipped=\"1\" failures=\"1\">
  <testcase name=\"works\" classname=\"a.ATest\" time=\"0\"/>
  <testcase name=\"fails\" classname=\"a.ATest\" time=\"0\"><failure message=\"&#10;wanted &lt;1&gt;&#10;but\"/></testcase>
  <testcase name=\"needs\" classname=\"a.ATest\" time=\"0\">
    <skipped message=\"this machine has no libkrun.h\"/>
  </testcase>
</testsuite>
XML
exit 1"
  PATH=$TMP/bin script "cd $TMP/checkout; . $NB_ROOT/tools/test.sh; java_tests unit a b; echo \$NB_PASSED \$NB_FAILED \$NB_NOT_RUN"
  expect_code 0
  expect_says 'not run  a.ATest.needs: this machine has no libkrun.h'
  expect_says 'FAILED  a.ATest.fails: wanted <1>'
  expect_says 'unit: 1 passed, 1 failed, 1 not run'
  grep -qx '1 1 1' "$TMP/out" || wrong 'the totals are others'
}

# checkout: one in $TMP/checkout with the module "one" and a test class of each kind, and a Maven that says in $TMP/mvn
# what it was asked for, reports TESTS passed ones, and makes a document when it is told to.
checkout() {
  local class tests=$TMP/checkout/one/src/test/java/dev/nullbox/one
  mkdir -p "$tests/part" "$TMP/checkout/docs"
  cd "$TMP/checkout" || exit
  echo '<module>one</module>' >pom.xml
  for class in ATest part/BTest part/BIT part/BVmIT AFuzzTest ADocumentTest; do
    echo "nullbox.test.seed nullbox.docs.write Fuzz.run" >"$tests/$class.java"
  done
  echo old >docs/a.md
  other_machine
  fake mvn 'echo "$@" >>'"$TMP"'/mvn
mkdir -p one/target/surefire-reports
echo "<testsuite tests=\"${TESTS-1}\" errors=\"0\" skipped=\"0\" failures=\"0\">" >one/target/surefire-reports/TEST-a.xml
case "$*" in *-Dnullbox.docs.write=true*) echo new >docs/a.md ;; esac'
}

# in_checkout TEXT: a script there, with the functions of ./nullbox test, on a machine that lacks nothing.
in_checkout() {
  PATH=$TMP/bin script ". $NB_ROOT/tools/test.sh; . $NB_ROOT/tools/long.sh; ensure_packages() { :; }; $1"
}

asked() { grep -qE -- "$1" "$TMP/mvn" || wrong "Maven was not asked for $1, but: $(cat "$TMP/mvn")"; }

test_one_module_or_test_is_run_alone() {
  checkout
  in_checkout 'run_tests unit one'
  expect_code 0
  expect_says '1 passed, 0 failed, 0 not run'
  asked ' test -am -T [0-9]+ -pl one -Dtest=dev.nullbox.one.ADocumentTest,dev.nullbox.one.AFuzzTest,dev.nullbox.one.ATest,dev.nullbox.one.part.BTest '
  in_checkout 'run_tests unit one "B*#holds*"'
  expect_code 0
  asked ' -Dtest=dev.nullbox.one.part.BIT#holds\*,dev.nullbox.one.part.BTest#holds\* '
  in_checkout 'run_tests unit one dev.nullbox.one.ATest'
  asked ' -Dtest=dev.nullbox.one.ATest '
}

test_a_test_that_is_not_there_is_a_failure() {
  checkout
  TESTS=0 in_checkout 'run_tests unit one ATest#nothing'
  expect_code 1
  expect_says 'no test ran: ATest#nothing names none of one, or none that can run here'
}

test_long_runs_have_seeds_of_their_own() {
  checkout
  NULLBOX_SEED=7 in_checkout 'run_tests long fuzz'
  expect_code 0
  expect_says 'seeds from 7 on: NULLBOX_SEED=7 repeats them'
  expect_says 'fuzz: 5 of 5 rounds'
  expect_says '5 passed, 0 failed, 0 not run'
  asked ' -Dtest=dev.nullbox.one.AFuzzTest -Dvault.fuzz.rounds=[0-9]{6} -Dvault.fuzz.seed=1000007$'
  asked ' -Dvault.fuzz.seed=5000007$'
  NULLBOX_SEED=7 in_checkout 'run_tests long seeds'
  asked ' -Dtest=.*dev.nullbox.one.ATest,dev.nullbox.one.part.BTest -Dnullbox.test.seed=8000007$'
  NULLBOX_SEED=8000007 in_checkout 'run_tests unit one ATest'
  asked ' -Dtest=dev.nullbox.one.ATest -Dnullbox.test.seed=8000007$'
}

test_long_runs_are_bounded_in_time() {
  script ". $NB_ROOT/tools/test.sh; . $NB_ROOT/tools/long.sh; hour() { echo round \$1; SECONDS=\$((SECONDS + 3600)); }
    rounds slow 60 2 hour; rounds slower 59 2 hour"
  expect_code 0
  expect_says 'slow: 2 of 2 rounds'
  expect_says 'slower: 1 of 2 rounds'
}

test_long_kernel_tests_are_not_run_without_root() {
  checkout
  fake id 'echo 1000'
  in_checkout 'long_tests kernel; echo $NB_PASSED $NB_FAILED $NB_NOT_RUN'
  expect_says 'not run  kernel: needs root'
  grep -qx '0 0 1' "$TMP/out" || wrong 'the totals are others'
}

test_docs_are_written_by_their_tests() {
  checkout
  in_checkout 'write_docs'
  expect_code 0
  expect_says 'written: docs/a.md'
  asked '^-B -ntp test -Dnullbox.docs.write=true -am -T [0-9]+ -pl one -Dtest=dev.nullbox.one.ADocumentTest$'
  in_checkout 'write_docs'
  expect_says 'all of it is as the code says'
}

test_java_modules_that_do_not_compile_count_as_failed() {
  mkdir -p "$TMP/checkout"
  other_machine
  fake mvn 'exit 1'
  PATH=$TMP/bin script "cd $TMP/checkout; . $NB_ROOT/tools/test.sh; java_tests unit a b; echo \$NB_PASSED \$NB_FAILED \$NB_NOT_RUN"
  grep -qx '0 1 0' "$TMP/out" || wrong 'it did not count as one failure'
}

test_accelerator_that_is_none() {
  script ". $NB_ROOT/tools/qemu.sh; qemu_accel_args hvf"
  expect_code 1
  expect_says 'no such accelerator: hvf (kvm or tcg)'
}

test_damaged_certificates_are_made_anew() {
  script ". $NB_ROOT/tools/parts.sh; credentials_part; truncate -s 100 $NULLBOX_CACHE/credentials/client.p12; credentials_part; credentials_part"
  expect_code 0
  expect_says "the certificates in $NULLBOX_CACHE/credentials are damaged: they are made anew"
  [ "$(grep -c damaged "$TMP/out")" -eq 1 ] || wrong 'they were made anew twice'
  [ "$(stat -c %a "$NULLBOX_CACHE/credentials/client.p12")" = 600 ] || wrong 'others may read the key'
}

without_own_krun() {
  if { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep "[[:space:]]libkrun\.so\.1 " >/dev/null; then
    not_run 'this machine has a libkrun of its own: nothing is fetched'
  fi
}

# A true build, ended by its first process alone: tools/krun.sh in the middle of a download.
test_end_of_nullbox_ends_its_scripts_too() {
  local build
  without_own_krun
  other_machine
  fake npm "echo \$\$ >$TMP/npm; exec sleep 300"
  PATH=$TMP/bin ./nullbox build krun >"$TMP/out" 2>&1 &
  build=$!
  eventually 'npm to be called' test -s "$TMP/npm"
  kill "$build"
  CODE=0
  wait "$build" || CODE=$?
  expect_code 143
  expect_says 'interrupted: fetching libkrun and libkrunfw'
  if kill -0 "$(cat "$TMP/npm")" 2>/dev/null; then wrong 'the download goes on'; fi
  no_leftovers
}

test_krun_directory_without_libraries() {
  NULLBOX_KRUN_DIR=$TMP run ./nullbox build krun
  expect_code 1
  expect_says "NULLBOX_KRUN_DIR=$TMP does not hold libkrun.so.1 and libkrunfw.so.5"
}

test_krun_that_npm_cannot_fetch() {
  without_own_krun
  other_machine
  fake npm 'echo "npm ERR! 404" >&2; exit 1'
  PATH=$TMP/bin run ./nullbox build krun
  expect_code 1
  expect_says 'npm ERR! 404'
  expect_says 'put another into tools/krun.version'
  expect_says 'To repeat this step alone: tools/krun.sh'
  no_leftovers
}

test_qemu_that_is_too_old() {
  other_machine
  fake qemu 'echo "QEMU emulator version 7.2.22 (Debian)"'
  NULLBOX_QEMU=$TMP/bin/qemu script '. "$NB_ROOT/tools/qemu.sh"; qemu_binary'
  expect_code 1
  expect_says "NULLBOX_QEMU=$TMP/bin/qemu is not a QEMU of version 10 or newer (it says 7)"
}

test_relative_cache_is_one_place_for_all_scripts() {
  mkdir -p "$TMP/libs" "$TMP/here"
  touch "$TMP/libs/libkrun.so.1" "$TMP/libs/libkrunfw.so.5"
  cd "$TMP/here" || exit
  NULLBOX_CACHE=mine NULLBOX_KRUN_DIR=$TMP/libs run "$NB_ROOT/nullbox" build krun
  expect_code 0
  expect_says "$TMP/here/mine/krun/"
  [ ! -e "$NB_ROOT/mine" ] || wrong 'a cache was made in the checkout'
}

# ahead_of_time TEXT: runs it in a script that has tools/test.sh and a part that counts how often it was made.
ahead_of_time() {
  script ". '$NB_ROOT/tools/test.sh'
counted_part() { cache_build counted key make_counted; }
make_counted() {
  echo made >>'$TMP/made'
  nice >\"\$1/nice\"
  [ ! -e '$TMP/broken' ] || die 'the part is broken'
}
$1"
}

test_part_is_built_ahead_at_the_lowest_priority() {
  ahead_of_time 'ahead counted_part; wait; cat "$(counted_part)/nice"'
  expect_code 0
  expect_says 'building beside the tests: counted_part'
  expect_says 19
  [ "$(wc -l <"$TMP/made")" -eq 1 ] || wrong 'it was built a second time'
}

test_part_that_failed_ahead_is_built_again_in_sight() {
  touch "$TMP/broken"
  ahead_of_time "ahead counted_part; wait; rm '$TMP/broken'; cat \"\$(counted_part)/nice\""
  expect_code 0
  expect_not 'the part is broken'
  [ "$(wc -l <"$TMP/made")" -eq 2 ] || wrong 'it was not built again'
}
