package dev.nullbox.rpc;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/**
 * JSON-RPC server on one Unix socket.
 *
 * <p>One thread does all input and output, keeps time, and runs what a method offers as {@link RpcMethod.Quick}; handlers
 * run on a few workers, one call a connection at a time. When a handler passes its deadline, the caller gets TIMEOUT and the handler runs on: interrupting it could leave
 * incomplete state. Any user may connect; each method lists the users that may call it.
 */
public final class RpcServer implements AutoCloseable {
    private static final int BACKLOG = 256;
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(3);

    private final Path socket;
    private final Dispatcher dispatcher;
    private final SelectorLoop loop;
    private final Thread thread;

    private RpcServer(Path socket, Dispatcher dispatcher, SelectorLoop loop) {
        this.socket = socket;
        this.dispatcher = dispatcher;
        this.loop = loop;
        this.thread = new Thread(loop, socket.getFileName() + "-selector");
    }

    /**
     * Listens at the path, replaces a stale socket file there, and serves until closed; refusals and bugs go to standard
     * error.
     *
     * @throws IOException when the socket cannot be bound
     */
    public static RpcServer listen(Path socket, List<RpcMethod> methods, RpcLimits limits) throws IOException {
        return listen(socket, methods, limits, RpcObserver.toStandardError());
    }

    /**
     * Listens at the path, replaces a stale socket file there, and serves until closed.
     *
     * @throws IOException when the socket cannot be bound, or the path is a file that is no socket
     */
    public static RpcServer listen(Path socket, List<RpcMethod> methods, RpcLimits limits, RpcObserver observer)
            throws IOException {
        Dispatcher dispatcher = new Dispatcher(String.valueOf(socket.getFileName()), methods, limits, observer);
        removeStale(socket);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            RpcServer server =
                    new RpcServer(socket, dispatcher, new SelectorLoop(channel, dispatcher, limits, observer));
            server.thread.start();
            return server;
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot listen at " + socket + ": " + e.getMessage(), e);
        }
    }

    /** Stops listening, waits a second for running calls, closes all connections, removes the socket file. */
    @Override
    public void close() {
        loop.close();
        try {
            thread.join(CLOSE_WAIT);
            Files.deleteIfExists(socket);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.err.println("rpc: cannot remove " + socket + ": " + e.getMessage());
        }
        dispatcher.close();
    }

    private static void removeStale(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes attributes =
                Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isOther()) {
            throw new IOException("cannot listen at " + socket + ": the file there is no socket; remove it");
        }
        Files.delete(socket);
    }
}
