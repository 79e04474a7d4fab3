package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.ErrorKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RpcServerTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String ME = System.getProperty("user.name");

    @TempDir
    Path directory;

    private final CountDownLatch release = new CountDownLatch(1);
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private Path socket = Path.of("/");

    @BeforeEach
    void name() {
        socket = directory.resolve("test.sock");
    }

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private RpcServer server(RpcLimits limits) throws IOException {
        List<RpcMethod> methods = List.of(
                new RpcMethod("test.echo", Set.of(ME), (caller, params) -> params),
                new RpcMethod("test.caller", Set.of(ME), (caller, params) -> new JsonPrimitive(caller.user())),
                new RpcMethod("test.forbidden", Set.of("somebody-else"), (caller, params) -> params),
                new RpcMethod("test.note", Set.of(ME), (caller, params) -> {
                    seen.add(params.toString());
                    return params;
                }),
                new RpcMethod("test.block", Set.of(ME), (caller, params) -> {
                    seen.add("blocked");
                    await(release);
                    return params;
                }),
                new RpcMethod("test.bug", Set.of(ME), (caller, params) -> {
                    throw new IllegalStateException("secret");
                }),
                new RpcMethod("test.large", Set.of(ME), (caller, params) -> new JsonPrimitive("x".repeat(1 << 20))));
        return RpcServer.listen(socket, methods, limits, new RpcObserver() {
            @Override
            public void denied(Caller caller, String method) {
                seen.add("denied " + caller.user() + " " + method);
            }

            @Override
            public void crashed(String method, Throwable bug) {
                seen.add("crashed " + method);
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static RpcLimits limits(int connections, int workers, long idleMs, long callMs) {
        return new RpcLimits(connections, workers, Duration.ofMillis(idleMs), Duration.ofMillis(callMs));
    }

    private JsonElement call(String method) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("x", 1);
        return RpcClient.call(socket, method, params, DEADLINE);
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private static void send(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The next line, or an empty string at the end of the stream. */
    private static String line(SocketChannel channel) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (channel.read(one.clear()) > 0) {
            if (one.get(0) == '\n') {
                return line.toString();
            }
            line.append((char) one.get(0));
        }
        return "";
    }

    @Test
    void answersACallAndKnowsTheCaller() throws Exception {
        try (RpcServer _ = server(RpcLimits.defaults())) {
            assertThat(call("test.echo").getAsJsonObject().get("x").getAsInt()).isEqualTo(1);
            assertThat(call("test.caller").getAsString()).isEqualTo(ME);
        }
        assertThat(socket).doesNotExist();
    }

    /** The caller here is not the gateway, which alone may name an operator. */
    @Test
    void operatorsNamesAreAcceptedFromTheGatewayOnly() throws Exception {
        Operator operator = new Operator("mallory", "ab".repeat(32));
        try (RpcServer _ = server(RpcLimits.defaults())) {
            assertThatThrownBy(() ->
                            RpcClient.call(socket, "test.note", new JsonObject(), Optional.of(operator), DEADLINE))
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            e -> assertThat(e.is(CallReason.OPERATOR)).isTrue());
            assertThat(seen).containsExactly("denied " + ME + " test.note");
        }
    }

    @Test
    void aMethodsOwnDeadlineComesBeforeTheServers() throws Exception {
        RpcMethod slow = new RpcMethod("test.slow", Set.of(ME), Duration.ofMillis(100), (caller, params) -> {
            await(release);
            return params;
        });
        try (RpcServer _ = RpcServer.listen(socket, List.of(slow), RpcLimits.defaults())) {
            assertThatThrownBy(() -> call("test.slow")).hasMessage("no result within 100 ms; it may still take effect");
        }
    }

    @Test
    void refusesACallerThatTheMethodDoesNotName() throws Exception {
        try (RpcServer _ = server(RpcLimits.defaults())) {
            assertThatThrownBy(() -> call("test.forbidden"))
                    .isInstanceOfSatisfying(
                            RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DENIED));
            assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("denied " + ME + " test.forbidden");
            call("test.echo");
        }
    }

    /** The only worker is blocked: a call that needs none is answered all the same, and others wait their turn. */
    @Test
    void aQuickCallNeedsNoWorker() throws Exception {
        RpcMethod block = new RpcMethod("test.block", Set.of(ME), (caller, params) -> {
            seen.add("blocked");
            await(release);
            return params;
        });
        RpcMethod quick = new RpcMethod("test.quick", Set.of(ME), (caller, params) -> new JsonPrimitive("worker"))
                .quickly((caller, params) -> switch (params.get("x").getAsInt()) {
                    case 1 -> Optional.of(new JsonPrimitive("quick"));
                    case 2 -> throw new IllegalStateException("secret");
                    case 3 -> throw new RpcException(CallReason.BUSY, "later");
                    default -> Optional.empty();
                });
        RpcMethod denied = new RpcMethod("test.denied", Set.of("somebody-else"), (caller, params) -> params)
                .quickly((caller, params) -> Optional.of(params));
        try (RpcServer _ = RpcServer.listen(socket, List.of(block, quick, denied), limits(8, 1, 60_000, 60_000));
                SocketChannel blocked = connect();
                SocketChannel channel = connect();
                SocketChannel waiting = connect()) {
            send(blocked, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.block\"}\n");
            assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("blocked");
            send(waiting, quick("test.quick", 4));
            send(channel, quick("test.quick", 1) + quick("test.quick", 2));
            assertThat(line(channel)).contains("\"quick\"");
            assertThat(line(channel)).contains("\"BUG\"").doesNotContain("secret");
            send(channel, quick("test.quick", 3));
            assertThat(line(channel)).contains("\"BUSY\"");
            send(channel, quick("test.denied", 1));
            assertThat(line(channel)).contains("\"DENIED\"");
            release.countDown();
            assertThat(line(waiting)).contains("\"worker\"");
        }
    }

    private static String quick(String method, int x) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{\"x\":" + x + "}}\n";
    }

    @Test
    void hidesTheMessageOfABug() throws Exception {
        try (RpcServer _ = server(RpcLimits.defaults())) {
            assertThatThrownBy(() -> call("test.bug")).isInstanceOfSatisfying(RpcException.class, e -> {
                assertThat(e.kind()).isEqualTo(ErrorKind.INTERNAL);
                assertThat(e.getMessage()).doesNotContain("secret");
            });
            assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("crashed test.bug");
        }
    }

    @Test
    void refusesAnUnknownMethodAndAResultThatIsTooLarge() throws Exception {
        try (RpcServer _ = server(RpcLimits.defaults())) {
            assertThatThrownBy(() -> call("test.unknown"))
                    .isInstanceOfSatisfying(
                            RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NO_METHOD));
            assertThatThrownBy(() -> call("test.large"))
                    .isInstanceOfSatisfying(
                            RpcException.class, e -> assertThat(e.detail()).isEqualTo("RESULT_TOO_LARGE"));
        }
    }

    @Test
    void carriesAMessageOfExactlyTheLimit() throws Exception {
        JsonObject params = new JsonObject();
        params.addProperty("x", "");
        int envelope = JsonRpcCodec.encodeRequest(new JsonPrimitive(1), "test.note", params).length;
        try (RpcServer _ = server(RpcLimits.defaults())) {
            params.addProperty("x", "y".repeat(JsonRpcCodec.MAX_MESSAGE_BYTES - envelope));
            RpcClient.call(socket, "test.note", params, DEADLINE);
            params.addProperty("x", "y".repeat(JsonRpcCodec.MAX_MESSAGE_BYTES - envelope + 1));
            assertThatThrownBy(() -> RpcClient.call(socket, "test.note", params, DEADLINE))
                    .isInstanceOfSatisfying(
                            RpcException.class, e -> assertThat(e.detail()).isEqualTo("REQUEST_TOO_LARGE"));
        }
    }

    @Test
    void answersAnOverLongLineAndHangsUp() throws Exception {
        try (RpcServer _ = server(RpcLimits.defaults());
                SocketChannel channel = connect()) {
            send(channel, "x".repeat(JsonRpcCodec.MAX_MESSAGE_BYTES + 100_000));
            assertThat(line(channel)).contains("LINE_TOO_LONG");
            assertThat(line(channel)).isEmpty();
            call("test.echo");
        }
    }

    @Test
    void answersPipelinedLinesInOrderAndNotificationsNever() throws Exception {
        try (RpcServer _ = server(RpcLimits.defaults());
                SocketChannel channel = connect()) {
            send(channel, """
                    {"jsonrpc":"2.0","id":1,"method":"test.echo"}
                    {"jsonrpc":"2.0","method":"test.note","params":{"n":1}}
                    nonsense
                    [{"jsonrpc":"2.0","id":2,"method":"test.echo"}]
                    {"jsonrpc":"2.0","id":"last","method":"test.echo"}
                    """);
            assertThat(line(channel)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
            assertThat(line(channel)).contains("-32700").contains("\"id\":null");
            assertThat(line(channel)).contains("-32600").contains("BATCH");
            assertThat(line(channel)).contains("\"id\":\"last\"");
            assertThat(seen).containsExactly("{\"n\":1}");
        }
    }

    @Test
    void survivesADeeplyNestedBomb() throws Exception {
        try (RpcServer _ = server(RpcLimits.defaults());
                SocketChannel channel = connect()) {
            send(channel, "[".repeat(1_000_000) + "\n");
            assertThat(line(channel)).contains("-32700").contains("levels");
        }
    }

    @Test
    void servesWhileAThousandClientsAreSilent() throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        try (RpcServer _ = server(limits(64, 2, 60_000, 60_000))) {
            for (int i = 0; i < 1_000; i++) {
                SocketChannel channel = connect();
                silent.add(channel);
                if (i % 3 == 0) {
                    send(channel, "{");
                }
                if (i % 100 == 99) {
                    call("test.echo");
                }
            }
            call("test.echo");
            // Regression guard for the bound itself: the first connections were closed, the last one was not.
            assertThat(line(silent.getFirst())).isEmpty();
            send(silent.getLast(), "\n");
            assertThat(line(silent.getLast())).contains("-32700");
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    /** Sixty clients with most of a message each would hold 60 MB; the server keeps eight and serves on. */
    @Test
    void boundsTheMemoryOfPartialMessages() throws Exception {
        List<SocketChannel> greedy = new ArrayList<>();
        String most = "x".repeat(JsonRpcCodec.MAX_MESSAGE_BYTES - 1);
        try (RpcServer _ = server(limits(64, 2, 60_000, 60_000))) {
            int closed = 0;
            for (int i = 0; i < 60; i++) {
                SocketChannel channel = connect();
                greedy.add(channel);
                try {
                    send(channel, most);
                } catch (IOException e) {
                    closed++;
                }
            }
            call("test.echo");
            for (SocketChannel channel : greedy) {
                try {
                    send(channel, "y");
                } catch (IOException e) {
                    closed++;
                }
            }
            assertThat(closed).isGreaterThanOrEqualTo(52);
        } finally {
            for (SocketChannel channel : greedy) {
                channel.close();
            }
        }
    }

    @Test
    void answersTimeoutWhenAHandlerDoesNotEnd() throws Exception {
        try (RpcServer _ = server(limits(8, 1, 60_000, 200))) {
            assertThatThrownBy(() -> call("test.block")).isInstanceOfSatisfying(RpcException.class, e -> {
                assertThat(e.kind()).isEqualTo(ErrorKind.TIMEOUT);
                assertThat(e.getMessage()).contains("may still take effect");
            });
            // The only worker is still taken, so this one is never begun.
            assertThatThrownBy(() -> call("test.note"))
                    .isInstanceOfSatisfying(
                            RpcException.class, e -> assertThat(e.getMessage()).contains("not begun"));
            release.countDown();
            assertThat(call("test.echo")).isNotNull();
            assertThat(seen).containsExactly("blocked");
        }
    }

    @Test
    void refusesMoreBusyConnectionsThanItHas() throws Exception {
        try (RpcServer _ = server(limits(1, 1, 60_000, 60_000));
                SocketChannel busy = connect()) {
            send(busy, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.block\"}\n");
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("blocked");
            try (SocketChannel extra = connect()) {
                assertThat(line(extra)).contains("BUSY");
            }
            release.countDown();
            assertThat(line(busy)).contains("\"result\"");
        }
    }

    @Test
    void hangsUpOnIdleClients() throws Exception {
        try (RpcServer _ = server(limits(8, 1, 200, 60_000));
                SocketChannel channel = connect()) {
            assertThat(line(channel)).isEmpty();
        }
    }

    @Test
    void replacesAStaleSocketButNoOtherFile() throws Exception {
        server(RpcLimits.defaults()).close();
        java.nio.channels.ServerSocketChannel stale =
                java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        stale.bind(UnixDomainSocketAddress.of(socket));
        stale.close();
        assertThat(Files.exists(socket)).isTrue();
        try (RpcServer _ = server(RpcLimits.defaults())) {
            call("test.echo");
        }
        Files.writeString(socket, "data");
        assertThatThrownBy(() -> server(RpcLimits.defaults()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no socket");
        assertThat(socket).hasContent("data");
    }

    @Test
    void closingWaitsForTheRunningCall() throws Exception {
        RpcServer server = server(RpcLimits.defaults());
        try (SocketChannel channel = connect()) {
            send(channel, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.block\"}\n");
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("blocked");
            Thread closer = new Thread(server::close);
            closer.start();
            release.countDown();
            assertThat(line(channel)).contains("\"id\":2");
            assertThat(line(channel)).isEmpty();
            closer.join();
        }
    }
}
