package dev.nullbox.archive.tar;

import dev.nullbox.archive.ArchiveException;
import java.util.List;

/** Map of a sparse file: the parts that an archive holds; between them are holes, which read as zeros. */
final class SparseMap {
    /** Most parts: 16 bytes of memory each. */
    static final int MAX_PARTS = 1 << 19;

    private final long[] offsets;
    private final long[] lengths;

    private SparseMap(long[] offsets, long[] lengths) {
        this.offsets = offsets;
        this.lengths = lengths;
    }

    /**
     * The map of offsets and lengths in turn.
     *
     * @param size of the file with its holes
     * @param stored the bytes that the archive holds of it
     * @throws ArchiveException when the parts overlap, are not in order, or do not fit
     */
    static SparseMap of(List<Long> pairs, long size, long stored) throws ArchiveException {
        if (pairs.size() % 2 != 0 || pairs.size() / 2 > MAX_PARTS) {
            throw Header.malformed("a sparse file's map has " + pairs.size() + " numbers, not up to " + MAX_PARTS
                    + " pairs of offset and length");
        }
        long[] offsets = new long[pairs.size() / 2];
        long[] lengths = new long[offsets.length];
        long end = 0;
        long sum = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = pairs.get(2 * i);
            lengths[i] = pairs.get(2 * i + 1);
            if (lengths[i] < 0 || offsets[i] < end || offsets[i] > size || lengths[i] > size - offsets[i]) {
                throw Header.malformed("a sparse file's part at " + offsets[i] + " of " + lengths[i]
                        + " bytes overlaps another, or lies beyond its size of " + size);
            }
            end = offsets[i] + lengths[i];
            sum += lengths[i];
        }
        if (sum != stored) {
            throw Header.malformed("a sparse file's parts have " + sum + " bytes, and the archive holds " + stored);
        }
        return new SparseMap(offsets, lengths);
    }

    int parts() {
        return offsets.length;
    }

    long offset(int part) {
        return offsets[part];
    }

    long length(int part) {
        return lengths[part];
    }
}
