package dev.nullbox.natives;

/**
 * Stream of libzstd's decompression. Its window, and so its memory, is what the library allows by default: 128 MiB. Not safe
 * for use by several threads at once. Source: zstd.h.
 */
public interface Zstd extends AutoCloseable {
    /**
     * {@code ZSTD_decompressStream}: decompresses some of the input.
     *
     * @param used receives the bytes of the input that were used, and those of the output that were written
     * @return 0 at the end of a frame, a positive number within one, a negative one for an error
     */
    long decompressStream(
            byte[] input,
            int inputOffset,
            int inputLength,
            byte[] output,
            int outputOffset,
            int outputLength,
            int[] used);

    /** {@code ZSTD_getErrorName}: what a negative result means. */
    String getErrorName(long code);

    @Override
    void close();
}
