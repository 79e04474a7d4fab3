package dev.nullbox.ctxgraph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IoTimeoutsTest {
    @Test
    void endsAWriteThatNobodyReads() throws Exception {
        try (IoTimeouts deadlines = new IoTimeouts("test", 1);
                ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(RawHttp.LOOPBACK, 0));
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel accepted = server.accept()) {
            assertThatThrownBy(() -> deadlines.bound(() -> {
                        while (accepted.write(ByteBuffer.allocate(1 << 16)) > 0) {
                            // Until the buffers of the kernel are full.
                        }
                    }))
                    .isInstanceOf(IOException.class);
            assertThat(accepted.isOpen()).isFalse();
            assertThat(client.isOpen()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void leavesAWriteInTimeAlone() throws Exception {
        try (IoTimeouts deadlines = new IoTimeouts("test", 30)) {
            deadlines.bound(
                    () -> assertThat(Thread.currentThread().isInterrupted()).isFalse());
            assertThatThrownBy(() -> deadlines.bound(() -> {
                        throw new IOException("gone");
                    }))
                    .hasMessage("gone");
        }
    }

    @Test
    void writesNothingOnceClosed() {
        IoTimeouts deadlines = new IoTimeouts("test", 30);
        deadlines.close();
        assertThatThrownBy(() -> deadlines.bound(() -> {})).hasMessage("the listener is closed");
    }
}
