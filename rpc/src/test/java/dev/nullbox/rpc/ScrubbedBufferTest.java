package dev.nullbox.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScrubbedBufferTest {
    private static final int SIZE = 5000;

    private final ScrubbedBuffer scrubbed = new ScrubbedBuffer(SIZE);
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();

    /** The native memory, as the channel sees it. */
    private ByteBuffer memory() throws IOException {
        ByteBuffer[] seen = new ByteBuffer[1];
        scrubbed.read(
                channel(buffer -> {
                    seen[0] = buffer.duplicate();
                    return 0;
                }),
                _ -> {});
        return seen[0];
    }

    private void assertWiped() throws IOException {
        ByteBuffer memory = memory();
        assertThat(memory.isDirect()).isTrue();
        byte[] all = new byte[memory.clear().remaining()];
        memory.get(all);
        assertThat(all).hasSize(SIZE).containsOnly(0);
    }

    /** Read or write of a channel. */
    @FunctionalInterface
    private interface Transfer {
        int with(ByteBuffer buffer) throws IOException;
    }

    private static ReadableByteChannel channel(Transfer read) {
        return new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer buffer) throws IOException {
                return read.with(buffer);
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    private static WritableByteChannel sink(Transfer write) {
        return new WritableByteChannel() {
            @Override
            public int write(ByteBuffer buffer) throws IOException {
                return write.with(buffer);
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @Test
    void writesMoreThanItHoldsAndIsWiped() throws IOException {
        byte[] bytes = random(3 * SIZE + 1);
        ByteBuffer all = ByteBuffer.wrap(bytes);
        scrubbed.write(Channels.newChannel(arrived), all);
        assertThat(all.hasRemaining()).isFalse();
        assertThat(arrived.toByteArray()).isEqualTo(bytes);
        assertWiped();
    }

    @Test
    void resumesWhereTheChannelTookNoMore() throws IOException {
        byte[] bytes = random(SIZE + 100);
        ByteBuffer all = ByteBuffer.wrap(bytes);
        WritableByteChannel narrow = sink(buffer -> {
            int length = Math.min(70, buffer.remaining());
            byte[] taken = new byte[length];
            buffer.get(taken);
            arrived.writeBytes(taken);
            return length;
        });
        scrubbed.write(narrow, all);
        assertThat(all.position()).isEqualTo(70);
        assertWiped();
        while (all.hasRemaining()) {
            scrubbed.write(narrow, all);
        }
        assertThat(arrived.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void isWipedWhenTheChannelFails() throws IOException {
        WritableByteChannel broken = sink(buffer -> {
            throw new IOException("broken");
        });
        assertThatThrownBy(() -> scrubbed.write(broken, ByteBuffer.wrap(random(100))))
                .isInstanceOf(IOException.class);
        assertWiped();
    }

    @Test
    void passesReadBytesOnAndIsWiped() throws IOException {
        StringBuilder read = new StringBuilder();
        ReadableByteChannel from = Channels.newChannel(new ByteArrayInputStream("secret".getBytes(US_ASCII)));
        assertThat(scrubbed.read(from, bytes -> read.append(US_ASCII.decode(bytes))))
                .isEqualTo(6);
        assertThat(read).hasToString("secret");
        assertThat(scrubbed.read(from, _ -> {})).isNegative();
        assertWiped();
    }
}
