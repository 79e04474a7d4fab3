package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Opening of a vault file with its key: checks the records, completes or drops what a power cut left unfinished, and
 * classifies damage.
 */
final class VaultOpener {
    /** Initial capacity, enough for most vaults. */
    private static final int FEW_RECORDS = 256;

    private final Directory files;
    private final String name;
    private final VaultHeader header;
    private final VaultKeys keys;

    VaultOpener(Directory files, String name, VaultHeader header, VaultKeys keys) {
        this.files = files;
        this.name = name;
        this.header = header;
        this.keys = keys;
    }

    /** Content of a file that is as it was acknowledged, by this commit. */
    record Contents(Commit commit, VaultIndex index) {}

    /**
     * Result of a walk through the records.
     *
     * @param broken the rule that one of them breaks; its seal may be authentic all the same
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves this class
    private record Walk(VaultIndex index, byte[] chain, boolean reachesTheEnd, Optional<String> broken) {}

    /** @throws RpcException when the file is refused, with its class */
    Contents read() throws RpcException, IOException {
        long size = files.size(name).orElseThrow(() -> new IOException(name + " has vanished"));
        if (size > VaultLimits.MAX_FILE_BYTES) {
            throw new RpcException(
                    VaultReason.TOO_LARGE,
                    "the vault file has " + size + " bytes, a vault at most " + VaultLimits.MAX_FILE_BYTES
                            + "; restore it from a backup");
        }
        Optional<Commit> even = commit(0);
        Optional<Commit> odd = commit(1);
        boolean oneIsLost = even.isEmpty() || odd.isEmpty();
        if ((even.isEmpty() && odd.isEmpty())
                || (!oneIsLost && Math.abs(even.get().counter() - odd.get().counter()) != 1)) {
            throw VaultOpenResult.tampered("commits");
        }
        Commit last = odd.isEmpty()
                        || (even.isPresent() && even.get().counter() > odd.get().counter())
                ? even.orElseThrow()
                : odd.get();
        if (size < last.length()) {
            throw diagnose(last, size);
        }
        Walk walk = walk(last.length());
        if (!walk.reachesTheEnd() || !Arrays.equals(walk.chain(), last.chain())) {
            throw diagnose(last, size);
        }
        if (walk.broken().isPresent() || walk.index().highest() >= last.nextSequence()) {
            throw VaultOpenResult.tampered(walk.broken().orElse("commits"));
        }
        return settle(last, walk.index(), size, oneIsLost);
    }

    private Optional<Commit> commit(long parity) throws IOException {
        byte[] block = files.read(name, Commit.position(parity), VaultHeader.BLOCK_BYTES);
        return Commit.parse(keys, header, block).filter(commit -> (commit.counter() & 1) == parity);
    }

    private Walk walk(long end) throws IOException {
        VaultReader reader = new VaultReader(files, name, end);
        VaultIndex index = new VaultIndex();
        byte[] chain = header.digest();
        Optional<String> broken = Optional.empty();
        try {
            long at = reader.position();
            for (Optional<SealedRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                chain = VaultCrypto.chain(chain, next.get().bytes());
                // The chain goes on: it distinguishes records out of place from records that were sealed so.
                broken = broken.isPresent() ? broken : rejected(index, next.get(), at);
                at = reader.position();
            }
            return new Walk(index, chain, true, broken);
        } catch (MalformedException e) {
            return new Walk(index, chain, false, broken);
        }
    }

    private static Optional<String> rejected(VaultIndex index, SealedRecord record, long at) {
        try {
            index.add(record, at);
            return Optional.empty();
        } catch (MalformedException e) {
            return Optional.of(e.where());
        }
    }

    /**
     * Settles bytes beyond the last commit, which were being written when the power failed: a complete record becomes
     * part of the vault, a torn one is cut off. If a commit is lost, it must have been the one that would count a
     * complete record.
     */
    private Contents settle(Commit last, VaultIndex index, long size, boolean oneIsLost)
            throws RpcException, IOException {
        long tail = size - last.length();
        if (tail > SealedRecord.MAX_BYTES) {
            throw trailing(tail);
        }
        byte[] bytes = files.read(name, last.length(), (int) tail);
        Optional<SealedRecord> record = unacknowledged(bytes, last);
        if (record.isPresent()) {
            Optional<String> broken = rejected(index, record.get(), last.length());
            if (broken.isPresent()) {
                throw VaultOpenResult.tampered(broken.get());
            }
            files.sync(name);
            Commit adopted = last.next(bytes.length, VaultCrypto.chain(last.chain(), bytes));
            files.write(name, adopted.position(), adopted.block(keys));
            files.sync(name);
            return new Contents(adopted, index);
        }
        if (!mayBeTorn(bytes, last) || beginsWithRecord(bytes, last)) {
            throw trailing(tail);
        }
        if (oneIsLost) {
            throw VaultOpenResult.tampered("commits");
        }
        if (tail > 0) {
            files.truncate(name, last.length());
            files.sync(name);
        }
        return new Contents(last, index);
    }

    private static RpcException trailing(long tail) {
        return new RpcException(
                VaultReason.TRAILING_BYTES, tail + " bytes follow the vault's end; restore it from a backup");
    }

    private Optional<SealedRecord> unacknowledged(byte[] tail, Commit last) {
        try {
            return Optional.of(SealedRecord.parse(tail))
                    .filter(record -> record.head().sequence() == last.nextSequence() && record.isAuthentic(keys));
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    /** Tells whether the next record is complete and more follows: then a commit counted it, and was rolled back. */
    private boolean beginsWithRecord(byte[] tail, Commit last) {
        int length = tail.length < Integer.BYTES ? 0 : ByteBuffer.wrap(tail).getInt();
        return length >= SealedRecord.MIN_BYTES
                && length < tail.length
                && unacknowledged(Arrays.copyOf(tail, length), last).isPresent();
    }

    /** Tells whether the bytes may be a torn next record: its predictable bytes are present, or not written yet. */
    private static boolean mayBeTorn(byte[] tail, Commit last) {
        byte[] sequence =
                ByteBuffer.allocate(Long.BYTES).putLong(last.nextSequence()).array();
        for (int i = 0; i < sequence.length && Integer.BYTES + i < tail.length; i++) {
            byte found = tail[Integer.BYTES + i];
            if (found != 0 && found != sequence[i]) {
                return false;
            }
        }
        // The length is below 2^17, so its first byte is 0 and its second 0 or 1.
        boolean shortLength = tail.length < 1 || tail[0] == 0;
        boolean lowLength = tail.length < 2 || tail[1] == 0 || tail[1] == 1;
        return shortLength && lowLength;
    }

    /** The class of failure, when the records are not those of the commit. */
    private RpcException diagnose(Commit last, long size) throws IOException {
        VaultReader reader = new VaultReader(files, name, size);
        // A file at its limit has room for millions of records: more than a vault can have are not read to the end.
        long[] seen = new long[FEW_RECORDS];
        int count = 0;
        boolean ascending = true;
        long highest = 0;
        try {
            for (Optional<SealedRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                long sequence = next.get().head().sequence();
                if (count == VaultLimits.MAX_RECORDS) {
                    return VaultOpenResult.tampered("number of records");
                }
                seen = count < seen.length ? seen : Arrays.copyOf(seen, 2 * count);
                if (!next.get().isAuthentic(keys)) {
                    return VaultOpenResult.tampered("record " + sequence);
                }
                seen[count++] = sequence;
                ascending &= sequence > highest;
                highest = Math.max(highest, sequence);
            }
        } catch (MalformedException e) {
            if (size >= last.length()) {
                return VaultOpenResult.tampered(e.where());
            }
        }
        if (!ascending) {
            Arrays.sort(seen, 0, count);
            if (!hasTwice(seen, count)) {
                return new RpcException(
                        VaultReason.SWAPPED,
                        "records of the vault stand in each other's place; restore it from a backup");
            }
        } else if (size < last.length()) {
            return VaultOpenResult.truncated(last.length(), size);
        }
        return new RpcException(
                VaultReason.ROLLED_BACK,
                "an older record of the vault stands in a newer one's place; restore it from a backup");
    }

    private static boolean hasTwice(long[] sorted, int count) {
        return IntStream.range(1, count).anyMatch(i -> sorted[i] == sorted[i - 1]);
    }
}
