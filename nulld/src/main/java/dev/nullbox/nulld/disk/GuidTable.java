package dev.nullbox.nulld.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/**
 * GUID partition table of a disk of 512-byte sectors.
 *
 * <pre>
 * offset  size  field of the header, in sector 1 and in the last one
 *      0     8  "EFI PART"
 *      8     4  revision
 *     12     4  size of the header
 *     16     4  CRC32 of the header, with zeros here
 *     24     8  sector of this header
 *     32     8  sector of the other header
 *     40     8  first sector that partitions may have
 *     48     8  last one
 *     56    16  the disk's GUID
 *     72     8  sector of the entries
 *     80     4  number of entries
 *     84     4  size of an entry
 *     88     4  CRC32 of the entries
 * </pre>
 *
 * Source: UEFI 2.10, section 5.3.
 */
final class GuidTable {
    static final int SECTOR = 512;
    static final int MIB = 1 << 20;
    static final long MIB_SECTORS = MIB / SECTOR;

    /** Linux file system data. */
    static final UUID LINUX = UUID.fromString("0FC63DAF-8483-4772-8E79-3D69D8477DE4");

    private static final byte[] SIGNATURE = "EFI PART".getBytes(StandardCharsets.US_ASCII);
    private static final int REVISION = 0x00010000;
    private static final int HEADER_BYTES = 92;
    private static final int ENTRY_BYTES = 128;
    private static final int MOST_ENTRIES = 1024;
    private static final int NAME_AT = 56;
    private static final int NAME_BYTES = 72;
    private static final int USUAL_ENTRIES = 128;
    private static final long USUAL_ENTRIES_AT = 2;

    /**
     * Partition.
     *
     * @param first its first sector
     * @param last its last one
     */
    record Partition(UUID type, UUID id, long first, long last, long attributes, String name) {}

    /** Bytes and their place on the disk. */
    @SuppressWarnings("ArrayRecordComponent") // written, never compared
    record Piece(long offset, byte[] bytes) {}

    private final UUID disk;
    private final long entriesAt;
    private final int entries;
    private final long firstUsable;
    private final List<Partition> partitions;

    private GuidTable(UUID disk, long entriesAt, int entries, long firstUsable, List<Partition> partitions) {
        this.disk = disk;
        this.entriesAt = entriesAt;
        this.entries = entries;
        this.firstUsable = firstUsable;
        this.partitions = List.copyOf(partitions);
    }

    /** An empty one. */
    static GuidTable empty(UUID disk) {
        return new GuidTable(
                disk,
                USUAL_ENTRIES_AT,
                USUAL_ENTRIES,
                USUAL_ENTRIES_AT + USUAL_ENTRIES * ENTRY_BYTES / SECTOR,
                List.of());
    }

    /** Reader of so many bytes from an offset of a disk. */
    @FunctionalInterface
    interface Reader {
        byte[] read(long offset, int length) throws IOException;
    }

    /**
     * The table of a disk; empty when it has none.
     *
     * @throws IOException when it cannot be read, or is damaged
     */
    static Optional<GuidTable> read(Reader disk) throws IOException {
        byte[] sector = disk.read(SECTOR, SECTOR);
        ByteBuffer header = little(sector);
        if (!Arrays.equals(Arrays.copyOf(sector, SIGNATURE.length), SIGNATURE)) {
            return Optional.empty();
        }
        int size = header.getInt(12);
        int entries = header.getInt(80);
        long entriesAt = header.getLong(72);
        if (size < HEADER_BYTES
                || size > SECTOR
                || header.getInt(84) != ENTRY_BYTES
                || entries < 1
                || entries > MOST_ENTRIES
                || entriesAt < USUAL_ENTRIES_AT
                || entriesAt > Integer.MAX_VALUE) {
            throw new IOException("its partition table is of another form than UEFI's with entries of 128 bytes");
        }
        int sum = header.getInt(16);
        byte[] zeroed = Arrays.copyOf(sector, size);
        little(zeroed).putInt(16, 0);
        byte[] table = disk.read(entriesAt * SECTOR, entries * ENTRY_BYTES);
        if (crc(zeroed) != sum || crc(table) != header.getInt(88)) {
            throw new IOException("its partition table does not have the sum that it says");
        }
        List<Partition> partitions = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            partition(Arrays.copyOfRange(table, i * ENTRY_BYTES, (i + 1) * ENTRY_BYTES))
                    .ifPresent(partitions::add);
        }
        return Optional.of(new GuidTable(guid(header, 56), entriesAt, entries, header.getLong(40), partitions));
    }

    private static Optional<Partition> partition(byte[] bytes) {
        ByteBuffer entry = little(bytes);
        UUID type = guid(entry, 0);
        if (type.getMostSignificantBits() == 0 && type.getLeastSignificantBits() == 0) {
            return Optional.empty();
        }
        byte[] name = Arrays.copyOfRange(bytes, NAME_AT, NAME_AT + NAME_BYTES);
        String text = new String(name, StandardCharsets.UTF_16LE);
        int end = text.indexOf('\0');
        return Optional.of(new Partition(
                type,
                guid(entry, 16),
                entry.getLong(32),
                entry.getLong(40),
                entry.getLong(48),
                end < 0 ? text : text.substring(0, end)));
    }

    List<Partition> partitions() {
        return partitions;
    }

    /** The same for another disk, with GUIDs of its own, and without the partitions of a name. */
    GuidTable copied(Supplier<UUID> guids, String without) {
        List<Partition> kept = partitions.stream()
                .filter(one -> !one.name().equals(without))
                .map(one ->
                        new Partition(one.type(), guids.get(), one.first(), one.last(), one.attributes(), one.name()))
                .toList();
        return new GuidTable(guids.get(), entriesAt, entries, firstUsable, kept);
    }

    /**
     * The same with one more partition.
     *
     * @throws IOException when it has no room for its entry
     */
    GuidTable with(Partition more) throws IOException {
        if (partitions.size() == entries) {
            throw new IOException("its partition table has no free entry");
        }
        List<Partition> all = new ArrayList<>(partitions);
        all.add(more);
        return new GuidTable(disk, entriesAt, entries, firstUsable, all);
    }

    /** The same with one more partition for Linux, from a sector to the last whole MiB of a disk of so many sectors. */
    GuidTable withRest(long from, long sectors, String name) throws IOException {
        long last = (lastUsable(sectors) + 1) / MIB_SECTORS * MIB_SECTORS - 1;
        return with(new Partition(LINUX, UUID.randomUUID(), from, last, 0, name));
    }

    /** The sector after the last partition. */
    long end() {
        return partitions.stream().mapToLong(Partition::last).max().orElse(firstUsable - 1) + 1;
    }

    /** The last sector of a disk of so many that a partition may have. */
    long lastUsable(long sectors) {
        return sectors - 2 - entriesSectors();
    }

    private long entriesSectors() {
        return (entries * (long) ENTRY_BYTES + SECTOR - 1) / SECTOR;
    }

    /** The second header and its entries, at the end of a disk of so many sectors. */
    List<Piece> second(long sectors) {
        long at = sectors - 1 - entriesSectors();
        return List.of(
                new Piece(at * SECTOR, table()),
                new Piece((sectors - 1) * SECTOR, header(sectors - 1, 1, at, sectors)));
    }

    /** The first header and its entries. */
    List<Piece> first(long sectors) {
        return List.of(
                new Piece(entriesAt * SECTOR, table()), new Piece(SECTOR, header(1, sectors - 1, entriesAt, sectors)));
    }

    private byte[] table() {
        byte[] bytes = new byte[entries * ENTRY_BYTES];
        ByteBuffer table = little(bytes);
        int at = 0;
        for (Partition one : partitions) {
            put(table, at, one.type());
            put(table, at + 16, one.id());
            table.putLong(at + 32, one.first());
            table.putLong(at + 40, one.last());
            table.putLong(at + 48, one.attributes());
            byte[] name = one.name().getBytes(StandardCharsets.UTF_16LE);
            table.put(at + NAME_AT, name, 0, Math.min(name.length, NAME_BYTES));
            at += ENTRY_BYTES;
        }
        return bytes;
    }

    private byte[] header(long own, long other, long entriesSector, long sectors) {
        byte[] sector = new byte[SECTOR];
        ByteBuffer header = little(sector);
        header.put(0, SIGNATURE);
        header.putInt(8, REVISION);
        header.putInt(12, HEADER_BYTES);
        header.putLong(24, own);
        header.putLong(32, other);
        header.putLong(40, firstUsable);
        header.putLong(48, lastUsable(sectors));
        put(header, 56, disk);
        header.putLong(72, entriesSector);
        header.putInt(80, entries);
        header.putInt(84, ENTRY_BYTES);
        header.putInt(88, crc(table()));
        header.putInt(16, crc(Arrays.copyOf(sector, HEADER_BYTES)));
        return sector;
    }

    /** A GUID: its first three parts are little endian, the rest is as it is printed (UEFI 2.10, appendix A). */
    private static UUID guid(ByteBuffer bytes, int at) {
        long high = (bytes.getInt(at) & 0xFFFFFFFFL) << 32
                | (bytes.getShort(at + 4) & 0xFFFFL) << 16
                | (bytes.getShort(at + 6) & 0xFFFFL);
        return new UUID(high, Long.reverseBytes(bytes.getLong(at + 8)));
    }

    private static void put(ByteBuffer bytes, int at, UUID guid) {
        long high = guid.getMostSignificantBits();
        bytes.putInt(at, (int) (high >>> 32));
        bytes.putShort(at + 4, (short) (high >>> 16));
        bytes.putShort(at + 6, (short) high);
        bytes.putLong(at + 8, Long.reverseBytes(guid.getLeastSignificantBits()));
    }

    private static int crc(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return (int) sum.getValue();
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
