# shellcheck shell=bash
# ./nullbox bench: figures, each beside a reference.
# The vault's and the memory's own figures come from Java: the main classes VaultBench and MemoryBench among the tests of
# warden and ctxgraph, which write to the directory for temporary files: on the disk of the cache. A figure is a line
# "FIGURE VALUE", a reference a line "WHO:FIGURE VALUE".

# shellcheck source=bench.version
. "$NB_ROOT/tools/bench.version"

bench() {
  local name=${1:-}
  case $name in boot | agent | guest | vault | memory) ;; *) misused "bench: no such figures '$name'; there are boot, agent, guest, vault, memory" ;; esac
  case ${2:-} in '' | --json) ;; *) misused "bench: unknown argument '$2'; there is --json" ;; esac
  [ $# -le 2 ] || misused "bench: '$3' is one argument too many; ./nullbox help bench"
  case $name in
  boot | agent | guest) bench_appliance "$@" ;;
  vault) bench_module warden dev.nullbox.warden.vault.VaultBench vault_references "${2:-}" age argon2 systemd time ;;
  memory)
    NULLBOX_BENCH_MCP=$(mcp_server)
    export NULLBOX_BENCH_MCP
    bench_module ctxgraph dev.nullbox.ctxgraph.MemoryBench memory_references "${2:-}" redis-tools
    ;;
  esac
}

bench_appliance() {
  ensure_packages
  vm_inputs
  step 'compiling the figures' bench-compile mvn -B -ntp -DskipTests -pl smoke-test -am package \
    dependency:copy-dependencies -DincludeScope=test -DoutputDirectory="$NB_ROOT/smoke-test/target/bench-classpath"
  "$JAVA_HOME/bin/java" -cp 'smoke-test/target/classes:smoke-test/target/test-classes:smoke-test/target/bench-classpath/*' dev.nullbox.smoketest.Bench "$@"
}

# bench_module MODULE MAIN-CLASS REFERENCES [--json] PACKAGE...: REFERENCES is a function that prints the references. The
# main class's own exit code says whether its bounds hold.
bench_module() {
  local module=$1 main=$2 references=$3 json=$4 own beside code=0 classes=$1/target/classes:$1/target/test-classes
  shift 4
  ensure_packages "$@"
  step 'compiling the figures' bench-compile mvn -B -ntp -DskipTests -pl "$module" -am package \
    dependency:copy-dependencies -DincludeScope=test -DoutputDirectory="$NB_ROOT/$module/target/bench-classpath"
  mkdir -p "$NB_CACHE/bench"
  NULLBOX_BENCH_DIR=$(mktemp -d "$NB_CACHE/bench/XXXXXX")
  export NULLBOX_BENCH_DIR
  # shellcheck disable=SC2064 # the directory of now
  trap "end_family $$ 20; rm -rf '$NULLBOX_BENCH_DIR'" EXIT
  mkdir "$NULLBOX_BENCH_DIR/own" "$NULLBOX_BENCH_DIR/reference"
  say 'measuring (minutes; each figure takes some seconds)'
  own=$(timeout -k 10 3600 "$JAVA_HOME/bin/java" \
    "-Djava.io.tmpdir=$NULLBOX_BENCH_DIR/own" --enable-native-access=ALL-UNNAMED \
    -cp "$classes:$module/target/bench-classpath/*" "$main") || code=$?
  [ -n "$own" ] || die "$main gave no figures (exit code $code)"
  say 'measuring the references'
  beside=$(cd "$NULLBOX_BENCH_DIR/reference" && "$references")
  printf '%s\n%s\n' "$own" "$beside" | beside_each "$json"
  return "$code"
}

# per_second NAME COUNT COMMAND...: runs COMMAND COUNT times and prints how often it did in a second. Each start of a
# program counts, which is what its callers pay too.
per_second() {
  local name=$1 count=$2 started=$EPOCHREALTIME i
  shift 2
  for ((i = 0; i < count; i++)); do "$@" >/dev/null 2>>log; done
  rate "$name" "$count" "$started"
}

rate() { awk -v name="$1" -v count="$2" -v from="$3" -v to="$EPOCHREALTIME" 'BEGIN { printf "%s %.1f\n", name, count / (to - from) }'; }

# beside_each [--json]: puts each reference beside its figure. Lines "FIGURE VALUE" and "WHO:FIGURE VALUE"; a figure that
# ends in .SIZE has the references of that size, and those without one.
beside_each() {
  awk -v json="${1:-}" '
    NF != 2 || $2 !~ /^[0-9.]+$/ { next }
    split($1, part, ":") == 2 { who[++others] = part[1]; of[others] = part[2]; other[others] = $2; next }
    { figure[++count] = $1; value[count] = $2 }
    END {
      for (i = 1; i <= count; i++) {
        base = figure[i]; sub(/[.][0-9]+$/, "", base)
        beside = ""
        for (k = 1; k <= others; k++) if (of[k] == figure[i] || of[k] == base)
          beside = beside (beside == "" ? "" : json ? "," : ", ") sprintf(json ? "\"%s\":%s" : "%s %s", who[k], other[k])
        if (json) printf "%s\"%s\":{\"value\":%s,\"reference\":{%s}}", i == 1 ? "{" : ",", figure[i], value[i], beside
        else printf "%-36s %12s%s\n", figure[i], value[i], beside == "" ? "" : "   beside " beside
      }
      if (json) print "}"
    }'
}

# Beside unsealing: Argon2id alone, as its authors wrote it in C, at the vault's cost, with a thread for each lane; and age
# opening one file with as many secrets by a passphrase. Beside set and get: age and systemd-creds with a secret of 64 bytes
# in a file of its own, written through to the disk. OpenBao and HashiCorp Vault are packages of neither Debian nor npm.
NB_BENCH_PASSPHRASE='correct horse battery'
# shellcheck disable=SC2317 # functions are called by per_second and unsealing
vault_references() {
  local recipient size
  stretch() { env time -f %M -o peak argon2 0123456789abcdef -id -t 3 -k 65536 -p 4 -l 32 -r <<<"$NB_BENCH_PASSPHRASE"; }
  unsealing argon2 '' stretch
  # age asks for a passphrase on a terminal only.
  open_all() { script -qec 'env time -f %M -o peak age -d -o opened secrets.age' /dev/null <<<"$NB_BENCH_PASSPHRASE"; }
  for size in 10 1000 100000; do
    seq "$size" | awk '{ printf "secret_%d=%064d\n", $1, $1 }' >secrets
    rm -f secrets.age
    script -qec 'age -p -o secrets.age secrets' /dev/null <<<"$NB_BENCH_PASSPHRASE"$'\n'"$NB_BENCH_PASSPHRASE" >>log
    unsealing age ".$size" open_all
    cmp secrets opened
  done
  head -c 64 /dev/urandom >secret
  age-keygen -o key 2>log
  recipient=$(sed -n 's/^# public key: //p' key)
  set_by_age() { age -r "$recipient" -o secret.age secret && sync secret.age; }
  per_second age:set_per_second 200 set_by_age
  per_second age:get_per_second 200 age -d -i key secret.age
  # Its key for this run only, so that the machine gets none.
  export SYSTEMD_CREDENTIAL_SECRET=$PWD/host-key
  set_by_creds() { systemd-creds encrypt --with-key=host --name=s secret secret.cred && sync secret.cred; }
  per_second systemd-creds:set_per_second 200 set_by_creds
  per_second systemd-creds:get_per_second 200 systemd-creds decrypt --name=s secret.cred -
}

# unsealing WHO SIZE COMMAND...: how long COMMAND takes, and the KiB that it leaves in the file peak.
unsealing() {
  local who=$1 size=$2 count=5 started=$EPOCHREALTIME i
  shift 2
  for ((i = 0; i < count; i++)); do "$@" >log 2>&1 || die "$who did not unseal: $(tail -n 3 log)"; done
  awk -v who="$who" -v size="$size" -v count="$count" -v from="$started" -v to="$EPOCHREALTIME" '
    { printf "%s:unseal_ms%s %.1f\n%s:unseal_peak_mib%s %.1f\n", who, size, 1000 * (to - from) / count, who, size, $1 / 1024 }' peak
}

# Redis that writes each command through before it answers: appendfsync always. It holds as many keys as memory has nodes,
# set before in large pieces.
NB_BENCH_VALUE_BYTES=256
memory_references() {
  local port=$((20000 + RANDOM % 10000)) clients size server
  while ! port_free "$port"; do port=$((port + 1)); done
  # Debian's redis-tools has the server under the name of one of its tools; the package redis-server would start a daemon.
  ln -s "$(command -v redis-check-rdb)" redis-server
  ./redis-server --port "$port" --bind 127.0.0.1 --appendonly yes --appendfsync always --save '' --dir "$PWD" >log 2>&1 &
  server=$!
  await 20 'its port to be open' Redis "$server" port_taken "$port"
  for size in 10000 1000000; do
    redis_benchmark "$port" "$size" -t set -n "$((size * 3))" -P 512 -c 4 >>log
    for clients in 1 4 16; do
      redis_benchmark "$port" "$size" -t set,get -n 10000 -c "$clients" --csv |
        awk -F'","|"' -v c="$clients" -v size="$size" 'NR > 1 {
          name = $2 == "SET" ? "put" : "get"
          at = c "_clients." size
          printf "redis:door_%s_per_second.%s %s\nredis:door_%s_p50_ms.%s %s\nredis:door_%s_p99_ms.%s %s\n",
            name, at, $3, name, at, $6, name, at, $8 }'
    done
  done
  kill "$server"
  wait "$server" || :
}

redis_benchmark() {
  local port=$1 size=$2
  shift 2
  redis-benchmark -p "$port" -r "$size" -d "$NB_BENCH_VALUE_BYTES" "$@" 2>>log
}

port_taken() { ! port_free "$1"; }

mcp_package() { NB_REPEAT='./nullbox bench memory' step 'fetching the reference MCP memory server' mcp-memory install_mcp "$1"; }

install_mcp() { npm install --prefix "$1" --ignore-scripts --no-audit --no-fund --omit=dev "$MCP_MEMORY_PACKAGE"; }

# The reference MCP memory server, which MemoryBench starts and asks itself.
mcp_server() {
  local entry
  entry=$(cache_build mcp-memory "$(hash_of "$MCP_MEMORY_PACKAGE")" mcp_package)
  printf '%s\n' "$entry/node_modules/.bin/mcp-server-memory"
}
