package dev.nullbox.ctxgraph;

import dev.nullbox.ctxgraph.memory.MemoryKey;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Connection to a service's socket that stays, without a tree of JSON: the client's share of a measurement is small. */
final class RawRpc implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    RawRpc(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    void call(String method, MemoryKey key) throws IOException {
        String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{\"key\":\""
                + key.text() + "\"}}\n";
        buffer.clear().put(request.getBytes(StandardCharsets.US_ASCII)).flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
        do {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the server hung up");
            }
        } while (buffer.get(buffer.position() - 1) != '\n');
        byte[] answer = new byte[buffer.flip().remaining()];
        buffer.get(answer);
        if (!new String(answer, StandardCharsets.ISO_8859_1).contains("\"result\":")) {
            throw new IllegalStateException(method + " failed: " + new String(answer, StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
