# shellcheck shell=bash
# The parts of the appliance, each a function that prints the directory it lies in, built when it is missing.

# shellcheck source=erofs.sh
. "$NB_ROOT/tools/erofs.sh"

# What the build needs of Debian 12, by what needs it.
NB_PACKAGES=(
  # tools/: fetching, unpacking
  ca-certificates git openssl unzip xz-utils zstd
  # kernel-config/
  bc bison build-essential cpio flex libelf-dev libssl-dev rsync
  # image/toolchain/: the JDK's native libraries
  autoconf libasound2-dev libcups2-dev libfontconfig-dev libfreetype-dev libx11-dev libxext-dev libxrandr-dev
  libxrender-dev libxt-dev libxtst-dev zip zlib1g-dev
  # image/
  cryptsetup-bin dosfstools e2fsprogs fdisk grub-efi-amd64-bin grub-pc-bin mtools musl-tools squashfs-tools xfsprogs xorriso
  # Java, tests, formatting
  clang-format curl iproute2 libnftables-dev libzstd-dev maven mmdebstrap nftables python3-argon2 python3-cryptography shellcheck
  shfmt skopeo umoci
)

# ensure_packages [PACKAGE...]: installs what is missing of NB_PACKAGES and of the packages named; finds the JDK.
# shellcheck disable=SC2120 # bench names some
ensure_packages() {
  local name installed missing=() sudo=()
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${NB_PACKAGES[@]}" "$@" 2>/dev/null || :)
  for name in "${NB_PACKAGES[@]}" "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"$name installed"$'\n'* ]] || missing+=("$name")
  done
  # Debian's npm and a machine's own Node.js exclude each other: any npm serves.
  command -v npm >/dev/null || missing+=(npm)
  # tools/jdk.sh
  if ! jdk_home >/dev/null && ! command -v patchelf >/dev/null; then missing+=(patchelf); fi
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
      command -v sudo >/dev/null || die "these Debian packages are missing, and there is no sudo to install them with; as root: apt-get install ${missing[*]}"
      sudo=(sudo)
      ask "install with sudo apt-get: ${missing[*]}"
    fi
    step 'reading the package indices of this machine' apt-get-update "${sudo[@]}" apt-get -q update
    step "installing ${#missing[@]} Debian packages" apt-get-install \
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "${missing[@]}"
  fi
  ensure_space
  JAVA_HOME=$(jdk_part)
  export JAVA_HOME
}

# What a build from nothing takes at its peak, and one that finds kernel and toolchain in the cache.
NB_SPACE_ALL_MB=6000 NB_SPACE_REST_MB=500
ensure_space() {
  local needed=$NB_SPACE_REST_MB free
  if [ -z "$(find "$NB_CACHE"/kernel "$NB_CACHE"/native -mindepth 1 -maxdepth 1 -type d ! -name '.*' -print -quit 2>/dev/null)" ]; then
    needed=$NB_SPACE_ALL_MB
  fi
  make_dir "$NB_CACHE"
  free=$(($(free_kb "$NB_CACHE") / 1024))
  [ "$free" -ge "$needed" ] ||
    die "the build needs $needed MB for its cache at $NB_CACHE, and $free MB are free there: free some space, or set NULLBOX_CACHE to a directory on a larger disk"
}

# A GraalVM distribution that is named must serve: it is never passed over in silence.
ensure_graalvm() {
  [ -n "${GRAALVM_HOME:-}" ] || return 0
  [ -x "$GRAALVM_HOME/bin/native-image" ] ||
    die "GRAALVM_HOME=$GRAALVM_HOME holds no bin/native-image: set it to a GraalVM 25 distribution, or unset it, and the builder is assembled"
  grep -Eqs '^JAVA_VERSION="25[."]' "$GRAALVM_HOME/release" ||
    die "GRAALVM_HOME=$GRAALVM_HOME is not for Java 25 (its file named release says $(sed -n 's/^JAVA_VERSION=//p' "$GRAALVM_HOME/release" 2>/dev/null || :)): set it to a GraalVM 25 distribution, or unset it, and the builder is assembled"
}

ask() {
  local answer
  [ -z "$NB_YES" ] || return 0
  [ -t 0 ] || die "this needs a yes: $1. Repeat with -y to agree."
  read -rp "nullbox: $1 - go on? [y/N] " answer
  case $answer in y | Y | yes) ;; *) die 'stopped; nothing was changed' ;; esac
}

# All that the product's jars are made from.
java_key() {
  local files
  mapfile -t files < <(find . -path '*/target' -prune -o \( -path '*/src/main/*' -o -name pom.xml -o -path './.mvn/*' \) \
    -type f -print | grep -v '^./image/toolchain' | sort)
  hash_of "$(sha256sum "${files[@]}")" "$JAVA_HOME/release"
}

package_java() {
  mvn -B -ntp -DskipTests -pl image,guest -am package dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$1/jars"
  cp image/target/image-*.jar "$1/jars/"
  mkdir "$1/guest-jars"
  cp guest/target/guest-*.jar "$1/jars"/{archive,protocol,natives,service,jspecify}-*.jar "$1/guest-jars/"
}

build_java() { NB_REPEAT='mvn -DskipTests package' step 'compiling the Java modules' java package_java "$1"; }
java_part() { cache_build java "$(java_key)" build_java; }

# The native module and its tests, for the contract's own executable.
contract_jars_part() {
  cache_build contract-jars "$(hash_of native/src native/pom.xml pom.xml "$JAVA_HOME/release")" build_contract_jars
}

build_contract_jars() {
  NB_REPEAT='./nullbox test kernel' step 'compiling the native contract' contract-jars mvn -B -ntp -DskipTests -pl native package
  cp native/target/natives-*.jar "$1/"
  rm -f "$1"/*-sources.jar
}

# native_of JARS MAIN-CLASS NAME [HEAP-MB]: an executable of the jars in that directory of the Java part, and of no others.
native_of() {
  local jars sums
  ensure_graalvm
  jars=$(java_part)/$1
  sums=$(cd "$jars" && sha256sum ./*.jar)
  image/native.sh "$sums" "$2" "$3" "$jars" "${@:4}"
}

native_part() { native_of jars dev.nullbox.image.Multicall nullbox; }

# The guests' tools: an executable of its own, of few modules, which gets little memory.
guest_tools_part() { native_of guest-jars dev.nullbox.guest.ToolsMain guest-tools 40; }

kernel_part() { kernel-config/build.sh host; }
guest_kernel_part() { kernel-config/build.sh guest; }
krun_part() { tools/krun.sh; }

# versions PACKAGE...: the programs that make a part are among its inputs.
versions() { dpkg-query -W -f '${Package} ${Version}\n' "$@"; }

hello_part() { cache_build hello "$(hash_of examples/hello "$EROFS_KEY" "$(versions gcc musl-tools)")" build_hello; }

build_hello() {
  NB_REPEAT='examples/hello/build.sh DIR' step 'compiling the example agent' hello examples/hello/build.sh "$1"
  make_root_image "$1/rootfs" "$1/root.erofs" --all-root --all-time
}

# The other examples, each a directory EXAMPLE with AGENT.toml and root.erofs, as ./nullbox boot --agent takes it.
examples_part() {
  cache_build examples "$(hash_of examples/debian.sh examples/python examples/node examples/coding tools/debian.sh "$EROFS_KEY" "$(versions mmdebstrap)")" build_examples
}

build_examples() {
  local example
  erofs_entry >/dev/null
  for example in python node coding; do
    NB_REPEAT="examples/$example/build.sh DIR" step "building the example $example" "example-$example" \
      examples/$example/build.sh "$1/$example"
    make_root_image "$1/$example/rootfs.tar" "$1/$example/root.erofs"
    rm "$1/$example/rootfs.tar"
  done
}

# The foreign programs that check the management port's OpenAPI document and make a client of it.
client_part() {
  cache_build client "$(hash_of smoke-test/client/package.json smoke-test/client/package-lock.json)" build_client
}

build_client() { NB_REPEAT='npm ci' step 'fetching the OpenAPI tools' client fetch_client "$1"; }

fetch_client() {
  cp smoke-test/client/package.json smoke-test/client/package-lock.json "$1/"
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund
}

# The C programs of the VM tests and of the figures.
testers_part() {
  cache_build testers "$(hash_of smoke-test/build.sh smoke-test/chaos smoke-test/probe smoke-test/reference smoke-test/verity \
    "$EROFS_KEY" "$(versions cpio gcc musl-tools)")" build_testers
}

build_testers() {
  erofs_entry >/dev/null
  NB_REPEAT='smoke-test/build.sh DIR' step 'compiling the testers' testers pack_testers "$1"
}

pack_testers() {
  smoke-test/build.sh "$1"
  make_root_image "$1/reference" "$1/reference.erofs" --all-root
}

# The root of the agent "debian", as an archive: of the newest packages when it is made.
debian_root_part() {
  cache_build debian-root "$(hash_of smoke-test/debian/build.sh tools/debian.sh "$(versions mmdebstrap)")" build_debian_root
}

build_debian_root() { NB_REPEAT='smoke-test/debian/build.sh DIR' step 'installing Debian 12 for an agent' debian-root smoke-test/debian/build.sh "$1"; }

# That root with the proof's programs below /proof, as an image; and its BusyBox.
debian_agent_part() {
  NB_DEBIAN_ROOT=$(debian_root_part)
  cache_build debian-agent "$(hash_of "$NB_DEBIAN_ROOT/.sums" "$EROFS_KEY" smoke-test/debian/*.py)" build_debian_agent
}

build_debian_agent() {
  erofs_entry >/dev/null
  NB_REPEAT='./nullbox test vm' step 'packing the root of the agent debian' debian-agent pack_debian_agent "$1"
}

pack_debian_agent() {
  tar -x -f "$NB_DEBIAN_ROOT/rootfs.tar" -C "$1" --strip-components=3 --no-same-owner ./usr/bin/busybox
  cp "$NB_DEBIAN_ROOT/rootfs.tar" "$1/rootfs.tar"
  tar -r -f "$1/rootfs.tar" --owner=0:0 --group=0:0 --mtime="@$SOURCE_DATE_EPOCH" --transform='s:^:proof/:' \
    -C smoke-test/debian files.py network.py processes.py proof.py suites.py tools.py
  make_root_image "$1/rootfs.tar" "$1/root.erofs"
  rm "$1/rootfs.tar"
}

# A Java runtime with cage's jars, and the program that stands for /sbin/cage, for the image's JVM variant.
jre_part() {
  local jars
  jars=$(java_part)
  NB_JARS=$jars/jars cache_build jre "$(hash_of "$jars/.sums" tools/parts.sh image/variants/jvm-cage.c \
    image/variants/vmm-calls-of-a-jvm \
    "$JAVA_HOME/release" "$(versions gcc)")" build_jre
}

build_jre() { NB_REPEAT='./nullbox test vm' step 'linking a Java runtime for the JVM variant' jre link_jre "$1"; }

link_jre() {
  local out=$1 jar
  "$JAVA_HOME/bin/jlink" --add-modules java.base,java.logging,jdk.net,jdk.unsupported --strip-debug --no-header-files --no-man-pages \
    --output "$out/jre"
  # Debian's JDK from the cache: newer than the C library of the root file system.
  if [ -d "$JAVA_HOME/lib/loader" ]; then
    cp -r "$JAVA_HOME/lib/loader" "$out/jre/lib/"
    carry_loader "$out/jre" /jre/lib/loader
  fi
  mkdir "$out/jre/cage"
  for jar in cage protocol manifest rpc natives service gson toml4j jspecify; do cp "$NB_JARS/$jar"-*.jar "$out/jre/cage/"; done
  cp image/variants/vmm-calls-of-a-jvm "$out/jre/cage/"
  gcc -Os -s -Wall -Wextra -Werror -o "$out/cage" image/variants/jvm-cage.c
}

# It needs NB_CHAOS too.
jvm_image_part() {
  NB_JRE=$(jre_part)
  export NB_JRE
  image_part chaos jvm
}

# kernels_again: builds both kernels a second time, from the same source, in a cache of its own, and compares.
kernels_again() {
  local flavour first again second
  second=$(mktemp -d "$NB_CACHE/again.XXXXXX")
  # shellcheck disable=SC2064 # the directory of now
  trap "end_family $$ 20; rm -rf '$second'" EXIT
  for flavour in host guest; do
    first=$(kernel-config/build.sh "$flavour")
    ln -sfn "$NB_CACHE/kernel-source" "$second/kernel-source"
    again=$(NULLBOX_CACHE=$second kernel-config/build.sh "$flavour")
    diff "$first/.sums" "$again/.sums" >&2 || die "two builds of the $flavour's kernel differ in the files named above"
    say "two builds of the $flavour's kernel give the same bytes"
  done
}

# PID 1 of every guest.
guest_part() { cache_build guest "$(hash_of guest/build.sh guest/init "$(versions gcc linux-libc-dev musl-tools)")" build_guest; }
build_guest() { NB_REPEAT='guest/build.sh DIR' step "compiling the guests' init" guest guest/build.sh "$1"; }

# image_part [VARIANT...]: the root file system and its initramfs.
image_part() { pack root "$@"; }
iso_part() { pack iso; }

pack() {
  local wanted=$1 variant options=()
  shift
  for variant in "$@"; do options+=(--variant "$variant"); done
  NB_JAVA=$(java_part)
  NB_NATIVE=$(native_part)
  NB_KRUN=$(krun_part)
  NB_HELLO=$(hello_part)
  NB_KERNEL=$(kernel_part)
  NB_GUEST_KERNEL=$(guest_kernel_part)
  NB_GUEST=$(guest_part)
  NB_GUEST_TOOLS=$(guest_tools_part)
  export NB_JAVA NB_NATIVE NB_KRUN NB_HELLO NB_KERNEL NB_GUEST_KERNEL NB_GUEST NB_GUEST_TOOLS
  NB_TOOLS=$(image/build.sh tools)
  export NB_TOOLS
  image/build.sh "${options[@]}" "$wanted"
}

# The certificates of this machine's appliances: one authority, which is thrown away, one server, one client. The
# password of the .p12 files is fixed; what protects them is their mode.
credentials_part() {
  local dir=$NB_CACHE/credentials
  if [ -e "$dir" ] && ! credentials_intact "$dir"; then say "the certificates in $dir are damaged: they are made anew"; fi
  if ! credentials_intact "$dir"; then
    rm -rf "$dir" "$dir.work"
    (umask 077 && mkdir -p "$dir.work" && make_credentials "$dir.work" >"$dir.work/log" 2>&1) ||
      die "making the certificates failed: $(tail -n 3 "$dir.work/log")"
    mv "$dir.work" "$dir"
  fi
  printf '%s\n' "$dir"
}

credentials_intact() {
  local who
  openssl x509 -in "$1/ca.pem" -noout 2>/dev/null || return 1
  for who in server client; do
    openssl pkcs12 -in "$1/$who.p12" -passin pass:nullbox -noout 2>/dev/null || return 1
  done
}

make_credentials() {
  local dir=$1 who
  local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  openssl req -x509 "${key[@]}" -days 3650 -subj '/CN=nullbox authority' -keyout "$dir/ca.key" -out "$dir/ca.pem" &&
    for who in server client; do
      local name=operator san=DNS:operator use=clientAuth
      if [ $who = server ]; then name=nullbox san=DNS:nullbox use=serverAuth; fi
      openssl req "${key[@]}" -subj "/CN=$name" -keyout "$dir/$who.key" -out "$dir/$who.csr" &&
        openssl x509 -req -in "$dir/$who.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 3650 \
          -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=%s\nbasicConstraints=CA:FALSE\n' "$san" "$use") \
          -out "$dir/$who.pem" &&
        openssl pkcs12 -export -in "$dir/$who.pem" -inkey "$dir/$who.key" -certfile "$dir/ca.pem" -name nullbox \
          -passout pass:nullbox -out "$dir/$who.p12" || return 1
    done && rm -f "$dir"/*.key "$dir"/*.csr "$dir"/server.pem "$dir"/client.pem "$dir"/*.srl
}

# nullctl, the product's own executable by its other name.
nullctl_path() {
  local native
  native=$(native_part)
  mkdir -p "$NB_CACHE/bin"
  ln -sfn "$native/nullbox" "$NB_CACHE/bin/nullctl"
  printf '%s\n' "$NB_CACHE/bin/nullctl"
}

ctl() {
  local program
  # shellcheck disable=SC2119
  ensure_packages
  program=$(nullctl_path)
  exec "$program" "$@"
}
