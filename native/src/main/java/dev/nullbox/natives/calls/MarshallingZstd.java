package dev.nullbox.natives.calls;

import dev.nullbox.natives.Zstd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * {@link Zstd} over either way of calling C: owns one stream.
 *
 * <pre>
 * ZSTD_inBuffer, ZSTD_outBuffer   0 void *src or dst | 8 size_t size | 16 size_t pos: 24 bytes
 * </pre>
 */
final class MarshallingZstd implements Zstd {
    static final int BUFFER_BYTES = 24;
    private static final int POSITION = 16;

    private final ZstdCalls calls;
    private final CFrame.Source memory;
    private long stream;

    /**
     * A new stream.
     *
     * @throws OutOfMemoryError when memory is exhausted
     */
    MarshallingZstd(ZstdCalls calls, CFrame.Source memory) {
        this.calls = calls;
        this.memory = memory;
        stream = calls.createDStream();
        if (stream == 0) {
            throw new OutOfMemoryError("ZSTD_createDStream");
        }
    }

    @Override
    public long decompressStream(
            byte[] input,
            int inputOffset,
            int inputLength,
            byte[] output,
            int outputOffset,
            int outputLength,
            int[] used) {
        Objects.checkFromIndexSize(inputOffset, inputLength, input.length);
        Objects.checkFromIndexSize(outputOffset, outputLength, output.length);
        if (stream == 0) {
            throw new IllegalStateException("the zstd stream is closed");
        }
        try (CFrame frame = memory.open()) {
            long from = frame.allocate(inputLength);
            frame.put(from, input, inputOffset, inputLength);
            long to = frame.allocate(outputLength);
            long in = frame.bytes(buffer(from, inputLength));
            long out = frame.bytes(buffer(to, outputLength));
            long result = calls.decompressStream(stream, out, in);
            used[0] = frame.intAt(in + POSITION);
            used[1] = frame.intAt(out + POSITION);
            frame.get(to, output, outputOffset, used[1]);
            return result;
        }
    }

    private static byte[] buffer(long address, long size) {
        byte[] struct = new byte[BUFFER_BYTES];
        ByteBuffer.wrap(struct).order(ByteOrder.LITTLE_ENDIAN).putLong(address).putLong(size);
        return struct;
    }

    @Override
    public String getErrorName(long code) {
        try (CFrame frame = memory.open()) {
            return frame.stringAt(calls.getErrorName(code));
        }
    }

    @Override
    public void close() {
        if (stream != 0) {
            calls.freeDStream(stream);
            stream = 0;
        }
    }
}
