# shellcheck shell=bash
# shellcheck disable=SC2016 # what is quoted is for another shell
# ./nullbox write: what it refuses, and what lies on the medium then. That it boots is MetalVmIT's.

# refused TEXT ARGUMENT...: ./nullbox write ARGUMENT... fails, says TEXT, and has built nothing.
refused() {
  local text=$1
  shift
  run ./nullbox write "$@"
  expect_failure
  expect_says "$text"
  [ -z "$(ls -A "$NULLBOX_CACHE")" ] || wrong "it made $(ls -A "$NULLBOX_CACHE")"
}

test_target_that_is_none() {
  refused 'write: name the DEVICE or the new FILE to write'
  refused 'write: one DEVICE or FILE, and ' "$TMP/a" "$TMP/b"
  refused 'write: /dev/sdnone: there is no such device' /dev/sdnone
  refused "write: $TMP/none/a: there is no directory $TMP/none" "$TMP/none/a"
  touch "$TMP/there"
  refused "write: $TMP/there is there already: remove it" "$TMP/there"
}

test_argument_that_is_none() {
  refused "write: unknown argument '--fast'" "$TMP/a" --fast
  refused 'write: --credentials needs a value' "$TMP/a" --credentials
  refused "write: --kernel-args 'a; reboot': use words of A-Z" "$TMP/a" --kernel-args 'a; reboot'
  refused "write: --internal $TMP/a: $TMP/a is a file; leave it out" "$TMP/a" --internal "$TMP/a"
}

test_credentials_that_are_none() {
  mkdir "$TMP/c"
  refused "write: --credentials $TMP/c: there is no server.p12 in it" "$TMP/a" --credentials "$TMP/c"
  head -c 65537 /dev/zero >"$TMP/c/server.p12"
  refused "write: --credentials $TMP/c: server.p12 is larger than 64 KiB" "$TMP/a" --credentials "$TMP/c"
  echo x >"$TMP/c/server.p12"
  echo x >"$TMP/c/ca.pem"
  script ". $NB_ROOT/tools/media.sh; usable_credentials write '$TMP/c'"
  expect_failure
  expect_says 'ca.pem is no certificate in PEM'
  [ ! -e "$TMP/a" ] || wrong 'it has written'
}

test_disk_of_this_machine() {
  local disk
  disk=$(lsblk -nrpo NAME,TYPE,MOUNTPOINT | awk '$2 == "disk" && $3 == "/" { print $1 }')
  [ -n "$disk" ] || not_run 'this machine has no disk that is mounted whole'
  refused "$disk is mounted at /" "$disk"
  refused "$disk is mounted at /" "$disk" --internal "$disk"
}

test_build_disk_refuses_what_is_none() {
  touch "$TMP/there"
  while IFS='|' read -r words text; do
    # shellcheck disable=SC2086 # words
    run ./nullbox build disk $words
    expect_code 2
    expect_says "$text"
    [ -z "$(ls -A "$NULLBOX_CACHE")" ] || wrong "it made $(ls -A "$NULLBOX_CACHE")"
  done <<CASES
|build: disk needs the new FILE to make
$TMP/a $TMP/b|build: disk takes one FILE, and '$TMP/b' is a second
$TMP/there|build: $TMP/there is there already
$TMP/none/a|build: $TMP/none/a: there is no directory
$TMP/a --data 299|build: --data 299: the MiB of the data partition, from 300
$TMP/a --data many|build: --data many: the MiB
$TMP/a --credentials $TMP|build: --credentials $TMP: there is no server.p12 in it
$TMP/a --slots|build: unknown argument '--slots'
CASES
}

# On a tree like /sys/block.
test_disk_that_is_internal() {
  script ". $NB_ROOT/tools/media.sh
realpath() { case \$1 in */stick) echo /sys/devices/pci0/usb1/1-1/block/stick ;; *) echo \"/sys/devices/pci0/\${1##*/}\" ;; esac; }
cat() { case \$1 in */reader/removable) echo 1 ;; *) echo 0 ;; esac; }
for disk in nvme0n1 stick reader loop0; do if internal \$disk; then echo \"\$disk: internal\"; else echo \"\$disk: not\"; fi; done"
  expect_code 0
  printf 'nvme0n1: internal\nstick: not\nreader: not\nloop0: not\n' >"$TMP/wanted"
  diff "$TMP/wanted" "$TMP/out" || wrong 'other disks are internal'
}

# medium: an ISO's like, 3 MiB and a sector with a GPT and one partition; certificates that are none.
medium() {
  head -c $(((3 << 20) + 512)) /dev/urandom >"$TMP/iso"
  truncate -s 3146240 "$TMP/iso"
  dd if=/dev/zero of="$TMP/iso" bs=512 count=34 conv=notrunc status=none
  printf 'label: gpt\nstart=2048, size=2048, name=first\n' | /sbin/sfdisk -q "$TMP/iso"
  mkdir "$TMP/c"
  printf 'a key' >"$TMP/c/server.p12"
  printf 'an authority' >"$TMP/c/ca.pem"
}

test_medium_holds_the_iso_and_the_certificates() {
  medium
  run tools/media.sh "$TMP/iso" "$TMP/stick" "$TMP/c"
  expect_code 0
  [ "$(stat -c '%s %a' "$TMP/stick")" = "$((6 << 20)) 600" ] || wrong "it has size and mode $(stat -c '%s %a' "$TMP/stick")"
  cmp -i 17408 -n $((3128832 - 17408)) "$TMP/iso" "$TMP/stick" || wrong 'the ISO has changed behind its partition table'
  /sbin/sfdisk --dump "$TMP/stick" >"$TMP/out"
  grep -Eq 'start= *2048, size= *2048, .*name="first"' "$TMP/out" || wrong 'the first partition has gone'
  grep -Eq 'start= *8192, size= *2048, .*name="nullbox-setup"' "$TMP/out" || wrong 'there is no nullbox-setup at 4 MiB'
  /sbin/sfdisk --verify "$TMP/stick" >"$TMP/out" || wrong 'the partition tables are not right'
  # The header as SetupPartition's documentation has it.
  dd if="$TMP/stick" of="$TMP/setup" bs=1024 skip=4096 count=1 status=none
  {
    printf 'nullbox-setup 1\n\5\0\0\0\14\0\0\0'
    printf 'a keyan authority' | sha256sum | cut -c1-64 | xxd -r -p
  } >"$TMP/wanted"
  cmp -n 56 "$TMP/wanted" "$TMP/setup" || wrong 'its header is another'
  [ "$(tail -c +513 "$TMP/setup" | tr -d '\0')" = 'a keyan authority' ] || wrong 'its files are others'
  [ -z "$(find "$TMP" -name '*.part')" ] || wrong 'it has left its work'
}

test_medium_that_gives_back_other_bytes_is_noticed() {
  medium
  # What stands for dd writes one bit otherwise.
  mkdir "$TMP/bin"
  cat >"$TMP/bin/dd" <<'DD'
#!/bin/bash
/usr/bin/dd "$@" || exit
for word in "$@"; do case $word in of=*) target=${word#of=} ;; esac; done
printf x | /usr/bin/dd of="$target" bs=1 seek=2000000 conv=notrunc status=none
DD
  chmod +x "$TMP/bin/dd"
  printf y | dd of="$TMP/iso" bs=1 seek=2000000 conv=notrunc status=none
  PATH=$TMP/bin:$PATH run tools/media.sh "$TMP/iso" "$TMP/stick" "$TMP/c"
  expect_failure
  expect_says 'does not give back what was written to it: take another medium'
  [ ! -e "$TMP/stick" ] || wrong 'the medium is there all the same'
}
