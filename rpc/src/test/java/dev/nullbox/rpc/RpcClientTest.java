package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.nullbox.protocol.ErrorKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against servers that behave badly. */
@Timeout(60)
class RpcClientTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Path socket = Path.of("/");

    @BeforeEach
    void name() {
        socket = directory.resolve("far.sock");
    }

    private ServerSocketChannel listen(int backlog) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), backlog);
        return server;
    }

    /** Reads one request, sends these bytes and closes. */
    private static void respondOnce(ServerSocketChannel server, byte[] bytes) {
        Thread.ofPlatform().daemon().start(() -> {
            try (SocketChannel channel = server.accept()) {
                ByteBuffer request = ByteBuffer.allocate(64 * 1024);
                channel.read(request);
                ByteBuffer out = ByteBuffer.wrap(bytes);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
            } catch (IOException e) {
                // The client may close the connection when the response is too long, which is tested.
                Thread.currentThread().interrupt();
            }
        });
    }

    private void refused(ErrorKind code, String detail, Duration deadline) {
        assertThatThrownBy(() -> RpcClient.call(socket, "m", new JsonObject(), deadline))
                .isInstanceOfSatisfying(RpcException.class, e -> {
                    assertThat(e.kind()).isEqualTo(code);
                    assertThat(e.detail()).isEqualTo(detail);
                });
    }

    @Test
    void reportsThatNobodyListens() throws Exception {
        refused(ErrorKind.UNAVAILABLE, "NOT_LISTENING", LONG);
        listen(1).close();
        refused(ErrorKind.UNAVAILABLE, "NOT_LISTENING", LONG);
    }

    @Test
    void timesOutAtASilentServer() throws Exception {
        try (ServerSocketChannel server = listen(8)) {
            assertThat(server.isOpen()).isTrue();
            refused(ErrorKind.TIMEOUT, "CALL", SHORT);
        }
    }

    /** Regression guard: connecting to a full queue must neither block for ever nor pass for connected. */
    @Test
    void timesOutAtAFullQueueAndConnectsWhenThereIsRoom() throws Exception {
        List<SocketChannel> queued = new ArrayList<>();
        try (ServerSocketChannel server = listen(1)) {
            while (enqueue(queued)) {
                assertThat(queued).hasSizeLessThan(100);
            }
            refused(ErrorKind.TIMEOUT, "CALL", SHORT);
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (int i = 0; i < queued.size(); i++) {
                        server.accept().close();
                    }
                    respondOnce(
                            server, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5}\n".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            // The call that timed out above has left nothing in the queue.
            assertThat(RpcClient.call(socket, "m", new JsonObject(), LONG).getAsInt())
                    .isEqualTo(5);
        } finally {
            for (SocketChannel channel : queued) {
                channel.close();
            }
        }
    }

    private boolean enqueue(List<SocketChannel> queued) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.configureBlocking(false);
        try {
            if (channel.connect(UnixDomainSocketAddress.of(socket))) {
                queued.add(channel);
                return true;
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("unavailable");
        }
        channel.close();
        return false;
    }

    @Test
    void boundsTheReply() throws Exception {
        try (ServerSocketChannel server = listen(8)) {
            respondOnce(server, new byte[JsonRpcCodec.MAX_MESSAGE_BYTES + 100_000]);
            refused(ErrorKind.INVALID_REQUEST, "LINE_TOO_LONG", LONG);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"jsonrpc\":\"2.0\",\"id\":1,\"resu"})
    void reportsThatTheServerClosed(String half) throws Exception {
        try (ServerSocketChannel server = listen(8)) {
            respondOnce(server, half.getBytes(StandardCharsets.UTF_8));
            refused(ErrorKind.UNAVAILABLE, "HUNG_UP", LONG);
        }
    }

    @Test
    void refusesAnotherCallsReply() throws Exception {
        try (ServerSocketChannel server = listen(8)) {
            respondOnce(server, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":5}\n".getBytes(StandardCharsets.UTF_8));
            refused(ErrorKind.INVALID_REQUEST, "NOT_A_REPLY", LONG);
        }
    }
}
