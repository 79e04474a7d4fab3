#!/usr/bin/python3
"""An independent reader and writer of the vault format (docs/vault-format.md).

Debian: python3-cryptography (AES-GCM, HKDF), python3-argon2 (Argon2id).

  vault_reader.py vectors FILE            opens every vector and compares with what it expects
  vault_reader.py read FILE CREDENTIAL    prints NAME=VALUE of each live secret, values in hex
  vault_reader.py class FILE CREDENTIAL   prints OK or the failure class
  vault_reader.py write FILE CREDENTIAL NAME=VALUE...   writes a new vault
A credential is "key HEX" or "passphrase TEXT".
"""

import base64
import hashlib
import hmac
import os
import re
import struct
import sys
import zlib

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"NBVAULT\n"
BLOCK = 4096
RECORDS = 3 * BLOCK
NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{0,63}")
MAX_FILE = 256 << 20
MAX_COUNT = 1 << 62
MAX_SECRETS = 100_000
MAX_VERSIONS = 1_000
MAX_ALL_VERSIONS = 200_000
MAX_MARKS = 200_000
MAX_VALUE = 65_536
MAX_RECORD = 28 + 64 + 16 + 12 + MAX_VALUE + 16


class Refused(Exception):
    """A failure class."""


def hkdf(key, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(key)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def stretch(credential, cost):
    kind, text = credential.split(" ", 1)
    if kind == "key":
        return 1, bytes.fromhex(text)
    if cost is None:
        return 2, None
    passes, memory, lanes = struct.unpack(">III", cost[:12])
    if not (1 <= passes <= 16 and 1 <= lanes <= 16 and 8 * lanes <= memory <= 65_536):
        raise Refused("TAMPERED")
    return 2, hash_secret_raw(text.encode(), cost[12:28], passes, memory, lanes, 32, Type.ID)


def data_key(header, credential):
    vault_id = header[16:32]
    identity = header[:10] + vault_id
    at = 40
    found = None
    count = struct.unpack(">H", header[10:12])[0]
    generation = struct.unpack(">Q", header[32:40])[0]
    if not 1 <= count <= 8 or not 1 <= generation < MAX_COUNT or any(header[12:16]):
        raise Refused("TAMPERED")
    numbers = {0}
    for _ in range(count):
        kind, number, length = struct.unpack(">BBH", header[at : at + 4])
        if length != {1: 76, 2: 104}.get(kind) or number in numbers:
            raise Refused("TAMPERED")
        numbers.add(number)
        slot = header[at : at + 4 + length]
        at += 4 + length
        mine, key = stretch(credential, slot[4:32] if kind == 2 else None)
        if mine != kind or found:
            continue
        if slot[-76:-60] != hkdf(key, vault_id, b"nullbox vault 2 slot id")[:16]:
            continue
        try:
            wrap = AESGCM(hkdf(key, vault_id, b"nullbox vault 2 slot wrap"))
            found = wrap.decrypt(slot[-60:-48], slot[-48:], identity + slot[:-60])
        except InvalidTag:
            raise Refused("TAMPERED") from None
    if any(header[at : BLOCK - 32]):
        raise Refused("TAMPERED")
    if found is None:
        raise Refused("WRONG_KEY")
    return found


def open_record(record, key, identity):
    at = 28 + struct.unpack(">H", record[14:16])[0]
    sealer = AESGCM(hkdf(key, record[at : at + 16], b"nullbox vault 2 record"))
    return sealer.decrypt(record[at + 16 : at + 28], record[at + 28 :], identity + record[:at])


def head(record):
    """Sequence number, kind, version and name, or Refused."""
    if not 73 <= len(record) <= MAX_RECORD:
        raise Refused("TAMPERED")
    length, sequence, kind, flags, named, version, _ = struct.unpack(">IQBBHIQ", record[:28])
    name, value = record[28 : 28 + named], len(record) - 72 - named
    if length != len(record) or not 1 <= sequence < 1 << 63 or kind not in (1, 2, 3, 4) or not NAME.fullmatch(name):
        raise Refused("TAMPERED")
    if flags not in ((0, 1) if kind in (1, 4) else (0,)) or (not 1 <= value <= MAX_VALUE if kind == 1 else value):
        raise Refused("TAMPERED")
    if not 1 <= version < 1 << 31 if kind in (1, 4) else version:
        raise Refused("TAMPERED")
    return sequence, kind, version, name.decode("ascii")


def split(data, end):
    records, at = [], RECORDS
    while at < end:
        length = struct.unpack(">I", data[at : at + 4])[0] if end - at >= 4 else 0
        if length < 73 or at + length > end:
            return records, at
        records.append(data[at : at + length])
        at += length
    return records, at


def commit(data, key, counter_parity):
    block = data[BLOCK * (1 + counter_parity) :][:BLOCK]
    vault_id = data[16:32]
    mac = hmac.digest(hkdf(key, vault_id, b"nullbox vault 2 commit"), block[:88], "sha256")
    counter, digest, sequence, length, chain = struct.unpack(">Q32sQQ32s", block[:88])
    good = mac == block[88:120] and digest == data[BLOCK - 32 : BLOCK] and not any(block[120:])
    good = good and counter < MAX_COUNT and 0 < sequence < MAX_COUNT and counter % 2 == counter_parity
    return (counter, sequence, length, chain) if good else None


def diagnose(data, key, identity, length):
    records, end = split(data, len(data))
    seen, ascending = [], True
    for record in records:
        try:
            sequence = head(record)[0]
            open_record(record, key, identity)
        except InvalidTag:
            raise Refused("TAMPERED") from None
        if sequence in seen:
            raise Refused("ROLLED_BACK")
        ascending &= not seen or sequence > max(seen)
        seen.append(sequence)
    if end < len(data) and len(data) >= length:
        raise Refused("TAMPERED")
    if not ascending:
        raise Refused("SWAPPED")
    raise Refused("TRUNCATED" if len(data) < length else "ROLLED_BACK")


def unacknowledged(tail, sequence, key, identity):
    length, number = struct.unpack(">IQ", tail[:12]) if len(tail) >= 73 else (0, 0)
    if 73 <= length <= len(tail) and number == sequence:
        try:
            head(tail[:length])
            open_record(tail[:length], key, identity)
            if length < len(tail):
                raise Refused("TRAILING_BYTES")
            return True
        except InvalidTag:
            pass
    expected = b"\0" + b"\1\xff\xff" + struct.pack(">Q", sequence)
    for i, byte in enumerate(tail[:12]):
        if byte and byte != expected[i] and i not in (2, 3):
            raise Refused("TRAILING_BYTES")
    return False


def read(data, credential):
    """The live secrets, or Refused."""
    if data[:8] != MAGIC[: len(data)]:
        raise Refused("NOT_A_VAULT")
    if len(data) >= 10 and data[8:10] != b"\0\2":
        raise Refused("WRONG_VERSION")
    if len(data) < RECORDS:
        raise Refused("TRUNCATED")
    header = data[:BLOCK]
    if header[-32:] != sha256(header[:-32]):
        raise Refused("TAMPERED")
    key = data_key(header, credential)
    identity = header[:10] + header[16:32]
    if len(data) > MAX_FILE:
        raise Refused("TOO_LARGE")
    commits = [commit(data, key, 0), commit(data, key, 1)]
    known = sorted(c for c in commits if c)
    if not known or (len(known) == 2 and known[1][0] - known[0][0] != 1):
        raise Refused("TAMPERED")
    _, sequence, length, chain = known[-1]
    if len(data) < length:
        diagnose(data, key, identity, length)
    records, end = split(data, length)
    computed = header[-32:]
    for record in records:
        computed = sha256(computed, record)
    if end != length or computed != chain:
        diagnose(data, key, identity, length)
    live(records, key, identity, sequence)
    tail = data[length:]
    if len(tail) > MAX_RECORD:
        raise Refused("TRAILING_BYTES")
    if unacknowledged(tail, sequence, key, identity):
        records.append(tail)
    elif len(known) == 1:
        raise Refused("TAMPERED")
    return live(records, key, identity)


def live(records, key, identity, next_sequence=MAX_COUNT):
    """The newest values, or Refused when no vault would have written the records in this order."""
    secrets, versions, hidden, last, marks = {}, {}, set(), 0, 0
    for record in records:
        sequence, kind, version, name = head(record)
        had = versions.setdefault(name, [])
        if not last < sequence < next_sequence:
            raise Refused("TAMPERED")
        last = sequence
        if kind in (2, 3):
            marks += 1
            if not had or (name in hidden) == (kind == 2) or marks > MAX_MARKS:
                raise Refused("TAMPERED")
            (hidden.add if kind == 2 else hidden.discard)(name)
            continue
        if (had and version <= had[-1]) or len(had) >= MAX_VERSIONS:
            raise Refused("TAMPERED")
        had.append(version)
        secrets[name] = record if kind == 1 else None
        if kind == 1:
            hidden.discard(name)
    if len(secrets) > MAX_SECRETS or sum(map(len, versions.values())) > MAX_ALL_VERSIONS:
        raise Refused("TAMPERED")
    shown = {n: r for n, r in sorted(secrets.items()) if n not in hidden and r is not None}
    return {n: open_record(r, key, identity) for n, r in shown.items()}


def write(credential, secrets):
    """A new vault's bytes."""
    vault_id, key = os.urandom(16), os.urandom(32)
    identity = MAGIC + b"\0\2" + vault_id
    cost = struct.pack(">III", 3, 65_536, 4) + os.urandom(16)
    kind, k = stretch(credential, cost)
    slot = struct.pack(">BBH", kind, 1, 76 if kind == 1 else 104) + (b"" if kind == 1 else cost)
    slot += hkdf(k, vault_id, b"nullbox vault 2 slot id")[:16]
    nonce = os.urandom(12)
    slot += nonce + AESGCM(hkdf(k, vault_id, b"nullbox vault 2 slot wrap")).encrypt(nonce, key, identity + slot)
    header = (MAGIC + b"\0\2\0\1\0\0\0\0" + vault_id + struct.pack(">Q", 1) + slot).ljust(BLOCK - 32, b"\0")
    header += sha256(header)
    chain, records = header[-32:], b""
    for sequence, (name, value) in enumerate(secrets, 1):
        head = struct.pack(">IQBBHIQ", 72 + len(name) + len(value), sequence, 1, 0, len(name), 1, 0) + name.encode()
        salt, nonce = os.urandom(16), os.urandom(12)
        sealer = AESGCM(hkdf(key, salt, b"nullbox vault 2 record"))
        record = head + salt + nonce + sealer.encrypt(nonce, value, identity + head)
        chain = sha256(chain, record)
        records += record
    blocks = b""
    for counter in (0, 1):
        body = struct.pack(">Q32sQQ32s", counter, header[-32:], len(secrets) + 1, RECORDS + len(records), chain)
        mac = hmac.digest(hkdf(key, vault_id, b"nullbox vault 2 commit"), body, "sha256")
        blocks += (body + mac).ljust(BLOCK, b"\0")
    return header + blocks + records


def answer(data, credential):
    try:
        return " ".join(["OK"] + [f"{n}={v.decode()}" for n, v in read(data, credential).items()])
    except Refused as e:
        return str(e)


def main(args):
    if args[0] == "vectors":
        lines = open(args[1], encoding="utf-8").read().splitlines()
        wrong = 0
        for line in lines:
            name, expect, credential, packed = line.split("\t")
            found = answer(zlib.decompress(base64.b64decode(packed)), credential)
            if found != expect:
                wrong += 1
                print(f"{name}: {found}, not {expect}")
        print(f"{len(lines) - wrong} of {len(lines)} vectors")
        return 1 if wrong or not lines else 0
    if args[0] == "class":
        print(answer(open(args[1], "rb").read(), args[2]).split(" ", 1)[0])
        return 0
    if args[0] == "read":
        for name, value in read(open(args[1], "rb").read(), args[2]).items():
            print(f"{name}={value.hex()}")
        return 0
    pairs = [pair.split("=", 1) for pair in args[3:]]
    with open(args[1], "wb") as out:
        out.write(write(args[2], [(name, value.encode()) for name, value in pairs]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
