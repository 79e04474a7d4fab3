package dev.nullbox.smoketest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The far end of one of QEMU's serial ports: a Unix socket that QEMU connects to. */
final class Serial implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final Thread reader;
    private @Nullable SocketChannel channel;

    private Serial(ServerSocketChannel listener, Consumer<String> lines, Runnable end) {
        this.listener = listener;
        this.reader = new Thread(() -> read(lines, end), "serial");
        reader.setDaemon(true);
    }

    /** Listens; each line goes to the consumer, on a thread of its own, and the end is reported once. */
    static Serial listen(Path socket, Consumer<String> lines, Runnable end) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Serial serial = new Serial(listener, lines, end);
        serial.reader.start();
        return serial;
    }

    private void read(Consumer<String> lines, Runnable end) {
        try (SocketChannel accepted = listener.accept();
                BufferedReader text = new BufferedReader(Channels.newReader(accepted, StandardCharsets.UTF_8))) {
            connected(accepted);
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                lines.accept(line);
            }
        } catch (IOException _) {
            // QEMU or close() has ended it.
        } finally {
            end.run();
        }
    }

    private synchronized void connected(SocketChannel accepted) {
        channel = accepted;
    }

    /** Sends one line to the appliance. */
    synchronized void send(String line) throws IOException {
        if (channel == null) {
            throw new IOException("QEMU has not connected to this serial port");
        }
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Waits until the last line has been consumed. */
    void awaitEnd(long millis) throws InterruptedException {
        reader.join(millis);
    }

    /** Waits for no connection any more; one that is there lives on. */
    void stopListening() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stopListening();
    }
}
