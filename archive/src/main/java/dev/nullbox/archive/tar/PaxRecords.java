package dev.nullbox.archive.tar;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.protocol.importer.ImportReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Records of an entry's extended header: {@code LENGTH KEY=VALUE\n} repeated (POSIX.1-2017, pax, "pax Extended
 * Header").
 */
final class PaxRecords {
    private static final String XATTR = "SCHILY.xattr.";
    private static final int MAX_DIGITS = 18;
    private static final int NANOS_DIGITS = 9;
    /** Linux's own bounds of an attribute: XATTR_NAME_MAX, XATTR_SIZE_MAX. */
    private static final int MAX_XATTR_NAME = 255;

    private static final int MAX_XATTR_BYTES = 65_536;

    private final Map<String, String> values = new HashMap<>();
    private final SortedMap<String, byte[]> xattrs = new TreeMap<>();
    /** GNU's sparse form 0.0 repeats its keys. */
    private final List<Long> sparse = new ArrayList<>();

    /** A time with its nanoseconds. */
    record Time(long seconds, int nanos) {}

    static PaxRecords parse(byte[] data) throws ArchiveException {
        PaxRecords records = new PaxRecords();
        int at = 0;
        while (at < data.length) {
            int space = at;
            while (space < data.length && data[space] >= '0' && data[space] <= '9' && space - at < MAX_DIGITS) {
                space++;
            }
            if (space == at || space == data.length || data[space] != ' ') {
                throw malformed("a record does not begin with its length");
            }
            long length = Long.parseLong(ByteNames.of(data, at, space - at));
            if (length > data.length - at || length < space - at + 3 || data[(int) (at + length - 1)] != '\n') {
                throw malformed("a record's length of " + length + " is not that of the record");
            }
            records.add(data, space + 1, (int) (at + length - 1));
            at += (int) length;
        }
        return records;
    }

    private void add(byte[] data, int from, int to) throws ArchiveException {
        int equals = from;
        while (equals < to && data[equals] != '=') {
            equals++;
        }
        if (equals == from || equals == to) {
            throw malformed("a record has no KEY=VALUE");
        }
        String key = ByteNames.of(data, from, equals - from);
        String value = ByteNames.of(data, equals + 1, to - equals - 1);
        if (key.startsWith(XATTR)) {
            xattr(key.substring(XATTR.length()), ByteNames.bytes(value));
        } else if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
            sparse.add(number(key, value));
        } else {
            values.put(key, value);
        }
    }

    private void xattr(String name, byte[] value) throws ArchiveException {
        if (name.isEmpty() || name.length() > MAX_XATTR_NAME || name.indexOf('\0') >= 0) {
            throw malformed("the extended attribute " + ByteNames.shown(name) + " has a name that Linux does not take");
        }
        if (value.length > MAX_XATTR_BYTES) {
            throw new ArchiveException(
                    ImportReason.IMPORT_LIMIT,
                    "the extended attribute " + ByteNames.shown(name) + " has " + value.length + " bytes; Linux takes "
                            + MAX_XATTR_BYTES);
        }
        xattrs.put(name, value);
    }

    /** The value; empty where there is none, or an empty one, which means that the header's counts. */
    Optional<String> find(String key) {
        return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
    }

    long number(String key, long otherwise) throws ArchiveException {
        Optional<String> value = find(key);
        return value.isPresent() ? number(key, value.get()) : otherwise;
    }

    SortedMap<String, byte[]> xattrs() {
        return xattrs;
    }

    /** Offsets and lengths in turn, of form 0.0 or 0.1. */
    List<Long> sparsePairs() throws ArchiveException {
        List<Long> pairs = new ArrayList<>(sparse);
        String map = find("GNU.sparse.map").orElse("");
        if (!map.isEmpty()) {
            for (String number : map.split(",", -1)) {
                pairs.add(number("GNU.sparse.map", number));
            }
        }
        return pairs;
    }

    /** A decimal number of seconds, with a fraction or without, before 1970 too. */
    Optional<Time> mtime() throws ArchiveException {
        Optional<String> found = find("mtime");
        if (found.isEmpty()) {
            return Optional.empty();
        }
        String text = found.get();
        boolean isNegative = text.startsWith("-");
        String[] parts = text.substring(isNegative ? 1 : 0).split("\\.", 2);
        long seconds = number("mtime", parts[0]);
        String fraction = parts.length == 1 ? "" : parts[1];
        if (!fraction.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed("mtime is " + ByteNames.shown(text) + ", not a number of seconds");
        }
        int nanos = Integer.parseInt((fraction + "0".repeat(NANOS_DIGITS)).substring(0, NANOS_DIGITS));
        if (!isNegative) {
            return Optional.of(new Time(seconds, nanos));
        }
        return Optional.of(nanos == 0 ? new Time(-seconds, 0) : new Time(-seconds - 1, 1_000_000_000 - nanos));
    }

    private static long number(String key, String digits) throws ArchiveException {
        if (digits.isEmpty() || digits.length() > MAX_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed(key + " is " + ByteNames.shown(digits) + ", not a whole number");
        }
        return Long.parseLong(digits);
    }

    private static ArchiveException malformed(String what) {
        return Header.malformed("a pax header is malformed: " + what);
    }
}
