# shellcheck shell=bash
# shellcheck disable=SC2034 # CODE is for expect_code
# ./nullbox boot as people call it, with this machine's cache and a true QEMU.

# shellcheck source=../boot.sh
. "$NB_ROOT/tools/boot.sh"

# until_agent ARGUMENT...: ./nullbox boot --until agent, at a port that is free.
until_agent() {
  local port=17443
  while ! port_free "$port"; do port=$((port + 1)); done
  CODE=0
  NULLBOX_CACHE=$NB_MACHINE_CACHE timeout -k 20 280 ./nullbox boot --port "$port" --until agent "$@" \
    </dev/null >"$TMP/out" 2>&1 || CODE=$?
  expect_code 0
  expect_says 'hello| hello: done'
  expect_says 'the appliance has powered off cleanly'
}

test_boot_until_the_agent_has_spoken() {
  export TMPDIR=$TMP
  # A second agent, in a directory of another name: what stands in its AGENT.toml counts. Its root is an archive; the VM
  # tests have directories.
  NULLBOX_CACHE=$NB_MACHINE_CACHE script ". $NB_ROOT/tools/parts.sh; cp -r \$(hello_part) $TMP/some-directory"
  expect_code 0
  sed -i 's/^name = "hello"/name = "second"/' "$TMP/some-directory/AGENT.toml"
  tar -c -f "$TMP/some-directory/rootfs.tar" -C "$TMP/some-directory/rootfs" bin tmp
  (cd "$TMP/some-directory" && rm -r rootfs root.erofs root.digest)
  until_agent --agent "$TMP/some-directory" --kernel-args 'loglevel=4'
  expect_says 'second| hello: '
  [ -z "$(find "$TMP" -maxdepth 1 -name 'nullbox.*')" ] || wrong 'it has left its files'
}

test_boot_the_iso_until_the_agent_has_spoken() { until_agent --iso; }
