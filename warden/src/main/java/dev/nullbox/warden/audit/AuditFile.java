package dev.nullbox.warden.audit;

import dev.nullbox.service.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/**
 * The file of audit records: of a fixed length that is taken from the disk at once, so that a full disk loses no
 * record, and of one ring for each kind of record, so that a flood of one kind overwrites none of the other. Not
 * thread-safe.
 *
 * <p>A ring has {@value #SLOTS} slots of {@value #SLOT_BYTES} bytes, each a record's number (8 bytes, from 1), the
 * length of its text (2), the CRC-32 of both and the text (4), all big-endian, the text, and zeros. A slot of zeros is
 * empty. One sector a record: a power cut leaves the others as they are.
 */
public final class AuditFile {
    public static final String NAME = "audit";
    static final String NEW_NAME = "audit.new";
    /** Name that a foreign file under the audit file's name is moved to. */
    static final String STRANGE_NAME = "audit.strange";

    static final int SLOT_BYTES = 512;
    static final int SLOTS = 4_096;
    static final int MAX_TEXT_BYTES = SLOT_BYTES - (Long.BYTES + Short.BYTES + Integer.BYTES);

    /** Slots read at once: bounds the heap. */
    private static final int SLOTS_AT_ONCE = 128;

    private static final ByteBuffer EMPTY_SLOT = ByteBuffer.allocate(SLOT_BYTES).asReadOnlyBuffer();

    private static final int TEXT_AT = SLOT_BYTES - MAX_TEXT_BYTES;
    private static final int RING_BYTES = SLOTS * SLOT_BYTES;
    private static final long FILE_BYTES = (long) RING_BYTES * Ring.values().length;

    /** Kinds of records; each has slots of its own, in which the newest overwrite the oldest. */
    public enum Ring {
        /** Actions of operators, and alarms. */
        OPERATORS(0),
        /** Leases of agents, their fetches and their ends. */
        AGENTS(RING_BYTES),
        /** Refused calls, which a refused caller can repeat to flood the ring. */
        REFUSALS(2 * RING_BYTES);

        private final long begin;

        Ring(long begin) {
            this.begin = begin;
        }
    }

    /**
     * A record.
     *
     * @param sequence its number, which grows over all rings
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(long sequence, byte[] text) {}

    /**
     * All records.
     *
     * @param entries in the order of their numbers
     * @param damaged how many slots hold something else
     */
    record Contents(List<Entry> entries, int damaged) {
        Contents {
            entries = List.copyOf(entries);
        }
    }

    private final Directory files;
    /** Index of the next slot of each ring. */
    private final Map<Ring, Integer> next = new EnumMap<>(Ring.class);

    private long sequence;

    private AuditFile(Directory files) {
        this.files = files;
    }

    /**
     * Opens the file, created when absent.
     *
     * @throws IOException when it cannot be made or read
     */
    static AuditFile open(Directory files) throws IOException {
        OptionalLong size = files.size(NAME);
        if (size.isEmpty() || size.getAsLong() != FILE_BYTES) {
            if (size.isPresent()) {
                files.rename(NAME, STRANGE_NAME);
            }
            files.create(NEW_NAME);
            for (long at = 0; at < FILE_BYTES; at += RING_BYTES / 2) {
                files.write(NEW_NAME, at, new byte[RING_BYTES / 2]);
            }
            files.sync(NEW_NAME);
            files.rename(NEW_NAME, NAME);
            files.syncDirectory();
        }
        AuditFile file = new AuditFile(files);
        for (Ring ring : Ring.values()) {
            file.find(ring);
        }
        return file;
    }

    /** Finds where the ring goes on: after the highest number. */
    private void find(Ring ring) throws IOException {
        long[] numbers = new long[SLOTS];
        walk(ring, (i, slot) -> numbers[i] = isWhole(slot) ? slot.getLong(0) : 0);
        int last = IntStream.range(0, SLOTS)
                .reduce((one, other) -> numbers[other] > numbers[one] ? other : one)
                .orElseThrow();
        next.put(ring, numbers[last] == 0 ? 0 : (last + 1) % SLOTS);
        sequence = Math.max(sequence, numbers[last]);
    }

    /**
     * Appends records, which overwrite the oldest ones of the ring.
     *
     * @param texts each of at most {@link #MAX_TEXT_BYTES}
     * @param sync whether they are to be on the disk when this returns, and all before them
     * @throws IOException when the outcome is unknown; this object must not be used again
     */
    void append(Ring ring, List<byte[]> texts, boolean sync) throws IOException {
        for (byte[] text : texts) {
            int slot = next.getOrDefault(ring, 0);
            ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES);
            bytes.putLong(++sequence).putShort((short) text.length).putInt(0).put(text);
            bytes.putInt(Long.BYTES + Short.BYTES, checksum(bytes, text.length));
            files.write(NAME, position(ring, slot), bytes.array());
            next.put(ring, (slot + 1) % SLOTS);
        }
        if (sync) {
            files.sync(NAME);
        }
    }

    /** The number of the last record; 0 when there is none. */
    long last() {
        return sequence;
    }

    /** All records of the file. */
    Contents read() throws IOException {
        List<Entry> entries = new ArrayList<>();
        AtomicInteger damaged = new AtomicInteger();
        for (Ring ring : Ring.values()) {
            walk(ring, (_, slot) -> {
                if (isWhole(slot)) {
                    byte[] text = new byte[slot.getShort(Long.BYTES)];
                    slot.get(TEXT_AT, text);
                    entries.add(new Entry(slot.getLong(0), text));
                } else if (slot.mismatch(EMPTY_SLOT) >= 0) {
                    damaged.incrementAndGet();
                }
            });
        }
        entries.sort(Comparator.comparingLong(Entry::sequence));
        return new Contents(entries, damaged.get());
    }

    /** Visitor of slots. */
    @FunctionalInterface
    private interface Visitor {
        void visit(int number, ByteBuffer slot);
    }

    private void walk(Ring ring, Visitor visitor) throws IOException {
        for (int first = 0; first < SLOTS; first += SLOTS_AT_ONCE) {
            byte[] slots = files.read(NAME, position(ring, first), SLOTS_AT_ONCE * SLOT_BYTES);
            for (int i = 0; i < SLOTS_AT_ONCE; i++) {
                visitor.visit(first + i, ByteBuffer.wrap(slots).slice(i * SLOT_BYTES, SLOT_BYTES));
            }
        }
    }

    private static long position(Ring ring, int slot) {
        return ring.begin + (long) slot * SLOT_BYTES;
    }

    private static boolean isWhole(ByteBuffer slot) {
        int length = slot.getShort(Long.BYTES);
        return slot.getLong(0) > 0
                && length > 0
                && length <= MAX_TEXT_BYTES
                && slot.getInt(Long.BYTES + Short.BYTES) == checksum(slot, length);
    }

    private static int checksum(ByteBuffer slot, int length) {
        CRC32 crc = new CRC32();
        crc.update(slot.slice(0, Long.BYTES + Short.BYTES));
        crc.update(slot.slice(TEXT_AT, length));
        return (int) crc.getValue();
    }
}
