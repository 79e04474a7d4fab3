package dev.nullbox.archive.tar;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.archive.tar.TarEntry.Kind;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reader of a tar archive, entry by entry. Stops at the archive's end mark, and requires it. */
public final class TarReader {
    private static final int COPY_BYTES = 1 << 16;
    private static final int MAX_NAME_BYTES = 1 << 14;
    private static final int MAX_PAX_BYTES = 4 << 20;
    private static final int SPARSE_PAIR_BYTES = 24;
    private static final int GNU_SPARSE = 386;
    private static final int GNU_PAIRS = 4;
    private static final int GNU_IS_EXTENDED = 482;
    private static final int GNU_REAL_SIZE = 483;
    private static final int EXTENSION_PAIRS = 21;
    private static final int EXTENSION_IS_EXTENDED = 504;
    private static final int NUMBER_BYTES = 12;
    private static final int MAX_LINE = 20;

    private final InputStream in;
    private final byte[] buffer = new byte[COPY_BYTES];
    private final byte[] zeros = new byte[COPY_BYTES];
    /** Position in the archive. */
    private long position;
    /** Of the present entry: bytes that the archive still holds of it, and padding after them. */
    private long stored;

    private int padding;
    private @Nullable SparseMap map;
    private long size;
    private String longName = "";
    private String longLink = "";
    private PaxRecords pax = new PaxRecords();

    /**
     * A reader at an archive's beginning.
     *
     * @param in read in blocks or more: buffered, if that matters
     */
    public TarReader(InputStream in) {
        this.in = in;
    }

    /** The next entry; empty at the archive's end. Unread content of the entry before is skipped. */
    public Optional<TarEntry> next() throws IOException {
        skip(stored);
        skip(padding);
        longName = "";
        longLink = "";
        pax = new PaxRecords();
        while (true) {
            byte[] block = new byte[Header.BYTES];
            if (!isFull(block)) {
                throw new ArchiveException(
                        ImportReason.IMPORT_CUT, "the tar archive has no end mark: it was cut; send it again");
            }
            if (isZero(block)) {
                stored = 0;
                padding = 0;
                return Optional.empty();
            }
            Header header = new Header(block);
            header.check();
            Optional<TarEntry> entry = take(header);
            if (entry.isPresent()) {
                return entry;
            }
        }
    }

    /** The position of the present entry's content; empty where the archive does not hold it as one piece. */
    public Optional<Long> contentPosition() {
        return map == null ? Optional.of(position) : Optional.empty();
    }

    /** Writes all of the present entry's content, holes as zeros. */
    public void copyTo(OutputStream out) throws IOException {
        SparseMap parts = map;
        if (parts == null) {
            copy(stored, out);
            return;
        }
        long at = 0;
        for (int i = 0; i < parts.parts(); i++) {
            zeros(parts.offset(i) - at, out);
            copy(parts.length(i), out);
            at = parts.offset(i) + parts.length(i);
        }
        zeros(size - at, out);
    }

    private Optional<TarEntry> take(Header header) throws IOException {
        begin("LKxXgV".indexOf(header.flag()) < 0 ? pax.number("size", header.size()) : header.size());
        switch (header.flag()) {
            case 'L' -> longName = text();
            case 'K' -> longLink = text();
            case 'x', 'X' -> pax = PaxRecords.parse(content(MAX_PAX_BYTES, "a pax header"));
            // Defaults for all entries to come: real archives have a commit or a comment there, which is not part of a
            // root.
            case 'g', 'V' -> {
                skip(stored);
                skip(padding);
            }
            case '0', '\0', '7' -> {
                return Optional.of(file(header));
            }
            case 'S' -> {
                oldSparse(header);
                return Optional.of(entry(header, Kind.FILE));
            }
            case '1' -> {
                return Optional.of(withoutContent(header, Kind.HARD_LINK));
            }
            case '2' -> {
                return Optional.of(withoutContent(header, Kind.SYMLINK));
            }
            case '3' -> {
                return Optional.of(withoutContent(header, Kind.CHARACTER_DEVICE));
            }
            case '4' -> {
                return Optional.of(withoutContent(header, Kind.BLOCK_DEVICE));
            }
            case '5' -> {
                return Optional.of(withoutContent(header, Kind.DIRECTORY));
            }
            // GNU's dump of a directory: its names follow, which are entries of their own too.
            case 'D' -> {
                size = 0;
                return Optional.of(entry(header, Kind.DIRECTORY));
            }
            case '6' -> {
                return Optional.of(withoutContent(header, Kind.FIFO));
            }
            default ->
                throw Header.malformed("entry " + ByteNames.shown(header.name()) + " is of type "
                        + TarReader.flag(header.flag()) + ", which is no type of a file");
        }
        return Optional.empty();
    }

    private static String flag(char flag) {
        return flag > ' ' && flag < 0x7f ? "'" + flag + "'" : Integer.toString(flag & 0xff);
    }

    private void begin(long bytes) throws ArchiveException {
        // Padding of a block.
        if (bytes < 0 || bytes > Long.MAX_VALUE - Header.BYTES) {
            throw Header.malformed("an entry's size is " + bytes);
        }
        stored = bytes;
        size = bytes;
        padding = (int) (-bytes & Header.BYTES - 1);
        map = null;
    }

    /** A file, or what archivers before POSIX wrote for a directory. */
    private TarEntry file(Header header) throws IOException {
        if (name(header).endsWith("/")) {
            return withoutContent(header, Kind.DIRECTORY);
        }
        paxSparse();
        return entry(header, Kind.FILE);
    }

    /**
     * Links and the like: their size is that of the file they stand for, and no content follows (GNU tar, Go,
     * libarchive).
     */
    private TarEntry withoutContent(Header header, Kind kind) throws IOException {
        begin(0);
        return entry(header, kind);
    }

    private TarEntry entry(Header header, Kind kind) throws IOException {
        Optional<PaxRecords.Time> time = pax.mtime();
        String target = kind == Kind.HARD_LINK || kind == Kind.SYMLINK
                ? pax.find("linkpath").orElse(longLink.isEmpty() ? header.linkName() : longLink)
                : "";
        return new TarEntry(
                name(header),
                kind,
                (int) (header.mode() & TarEntry.MODE_BITS),
                id(pax.number("uid", header.uid()), "uid"),
                id(pax.number("gid", header.gid()), "gid"),
                time.isPresent() ? time.get().seconds() : header.mtime(),
                time.isPresent() ? time.get().nanos() : 0,
                kind == Kind.FILE ? size : 0,
                target,
                pax.xattrs().isEmpty() ? Collections.emptySortedMap() : pax.xattrs());
    }

    private String name(Header header) {
        return pax.find("GNU.sparse.name")
                .or(() -> pax.find("path"))
                .orElse(longName.isEmpty() ? header.name() : longName);
    }

    private static int id(long number, String what) throws ArchiveException {
        if (number < 0 || number > 0xffff_fffeL) {
            throw Header.malformed("an entry's " + what + " is " + number + ", not one of 32 bits");
        }
        return (int) number;
    }

    private void oldSparse(Header header) throws IOException {
        List<Long> pairs = new ArrayList<>();
        if (!header.isGnu()) {
            throw Header.malformed("a sparse file's header is not GNU tar's");
        }
        size = header.number(GNU_REAL_SIZE, NUMBER_BYTES, "real size");
        pairs(header, GNU_SPARSE, GNU_PAIRS, pairs);
        boolean isExtended = header.isMarked(GNU_IS_EXTENDED);
        while (isExtended) {
            byte[] block = new byte[Header.BYTES];
            full(block);
            Header extension = new Header(block);
            pairs(extension, 0, EXTENSION_PAIRS, pairs);
            isExtended = extension.isMarked(EXTENSION_IS_EXTENDED);
            if (pairs.size() / 2 > SparseMap.MAX_PARTS) {
                throw Header.malformed("a sparse file has more than " + SparseMap.MAX_PARTS + " parts");
            }
        }
        map = SparseMap.of(pairs, size, stored);
    }

    /** The pairs in use: the other fields have no digits. */
    private static void pairs(Header header, int offset, int count, List<Long> pairs) throws ArchiveException {
        for (int i = 0; i < count; i++) {
            int at = offset + i * SPARSE_PAIR_BYTES;
            if (header.isMarked(at + NUMBER_BYTES)) {
                pairs.add(header.number(at, NUMBER_BYTES, "sparse offset"));
                pairs.add(header.number(at + NUMBER_BYTES, NUMBER_BYTES, "sparse length"));
            }
        }
    }

    private void paxSparse() throws IOException {
        String major = pax.find("GNU.sparse.major").orElse("0");
        String minor = pax.find("GNU.sparse.minor").orElse("0");
        if (major.equals("1") && minor.equals("0")) {
            size = pax.number("GNU.sparse.realsize", -1);
            List<Long> pairs = mapInContent();
            map = SparseMap.of(pairs, size, stored);
        } else if (pax.find("GNU.sparse.size").isPresent()) {
            size = pax.number("GNU.sparse.size", -1);
            map = SparseMap.of(pax.sparsePairs(), size, stored);
        } else if (!major.equals("0") || !minor.equals("0")) {
            throw Header.malformed("a sparse file is of GNU's form " + ByteNames.shown(major + "." + minor)
                    + "; 0.0, 0.1 and 1.0 are read");
        }
    }

    /** Form 1.0: lines of decimal numbers, the count first, in whole blocks before the content. */
    private List<Long> mapInContent() throws IOException {
        List<Long> numbers = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        byte[] block = new byte[Header.BYTES];
        long wanted = 1;
        int at = block.length;
        while (numbers.size() < wanted) {
            if (at == block.length) {
                if (stored < block.length) {
                    throw Header.malformed("a sparse file's map is longer than its content");
                }
                full(block);
                stored -= block.length;
                at = 0;
            }
            char next = (char) Byte.toUnsignedInt(block[at++]);
            if (next != '\n') {
                line.append(next);
                if (next < '0' || next > '9' || line.length() > MAX_LINE - 2) {
                    throw Header.malformed("a sparse file's map has something else than lines of decimal numbers");
                }
            } else if (line.isEmpty()) {
                throw Header.malformed("a sparse file's map has an empty line");
            } else {
                numbers.add(Long.parseLong(line.toString()));
                line.setLength(0);
                wanted = 1 + 2 * numbers.getFirst();
                if (numbers.getFirst() > SparseMap.MAX_PARTS) {
                    throw Header.malformed("a sparse file has more than " + SparseMap.MAX_PARTS + " parts");
                }
            }
        }
        return numbers.subList(1, numbers.size());
    }

    private String text() throws IOException {
        byte[] bytes = content(MAX_NAME_BYTES, "a long name");
        return Header.textOf(bytes, 0, bytes.length);
    }

    private byte[] content(int max, String what) throws IOException {
        if (stored > max) {
            throw new ArchiveException(
                    ImportReason.IMPORT_LIMIT, what + " has " + stored + " bytes; at most " + max + " are taken");
        }
        byte[] bytes = new byte[(int) stored];
        full(bytes);
        stored = 0;
        skip(padding);
        padding = 0;
        return bytes;
    }

    private void copy(long bytes, OutputStream out) throws IOException {
        long left = bytes;
        while (left > 0) {
            int count = some(left);
            out.write(buffer, 0, count);
            left -= count;
        }
        stored -= bytes;
    }

    private void zeros(long bytes, OutputStream out) throws IOException {
        for (long left = bytes; left > 0; left -= zeros.length) {
            out.write(zeros, 0, (int) Math.min(left, zeros.length));
        }
    }

    /** Skips bytes; a part of a file is skipped without a read. */
    private void skip(long bytes) throws IOException {
        try {
            in.skipNBytes(bytes);
        } catch (EOFException e) {
            throw cut();
        }
        position += bytes;
    }

    private int some(long most) throws IOException {
        int count = in.read(buffer, 0, (int) Math.min(most, buffer.length));
        if (count < 0) {
            throw cut();
        }
        position += count;
        return count;
    }

    private void full(byte[] bytes) throws IOException {
        int count = in.readNBytes(bytes, 0, bytes.length);
        position += count;
        if (count < bytes.length) {
            throw cut();
        }
    }

    /** Tells whether there is a complete block; a part of one is an error. */
    private boolean isFull(byte[] block) throws IOException {
        int count = in.readNBytes(block, 0, block.length);
        position += count;
        if (count > 0 && count < block.length) {
            throw cut();
        }
        return count > 0;
    }

    private static boolean isZero(byte[] block) {
        return Arrays.equals(block, new byte[Header.BYTES]);
    }

    private static ArchiveException cut() {
        return new ArchiveException(
                ImportReason.IMPORT_CUT, "the tar archive ends within an entry: it was cut; send it again");
    }
}
