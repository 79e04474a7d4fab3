package dev.nullbox.nulld.log;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.protocol.api.NulldContract;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Reads all pipes of all services in one thread: standard output as events, standard error as text, and the readiness
 * pipe. It never waits for a device, so no service ever waits for it.
 */
public final class LogPump {
    private static final int STACK_BYTES = 128 * 1024;
    private static final int POLLFD_BYTES = 8;
    /** Should the word of a new pipe be lost, it is seen after so long. */
    private static final int LOOK_AGAIN_MILLIS = 1_000;

    private static final long DEAF_NANOS = 100_000_000;
    private static final int REVENTS = 6;

    /** What a pipe carries. */
    public enum Kind {
        EVENTS,
        TEXT,
        READY
    }

    private record Stream(int fd, Kind kind, String service, LineBuffer buffer, Consumer<String> line) {}

    private final Libc libc;
    private final Journal journal;
    private final int wakeRead;
    private final int wakeWrite;
    private final List<Stream> arrivals = new ArrayList<>();

    /** Makes the pump's own pipe. */
    public LogPump(Libc libc, Journal journal) throws SyscallException {
        this.libc = libc;
        this.journal = journal;
        int[] wake = new int[2];
        libc.pipe2(wake, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK).orThrow("pipe2");
        wakeRead = wake[0];
        wakeWrite = wake[1];
    }

    /** Starts the thread; bug takes what ends it, which nothing should. */
    public void start(Thread.UncaughtExceptionHandler bug) {
        Thread thread = new Thread(null, this::run, "logs", STACK_BYTES);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler(bug);
        thread.start();
    }

    /** Reads this descriptor until its end, and closes it. Lines of a readiness pipe go to ready, others are kept. */
    public void add(int fd, Kind kind, String service, Consumer<String> ready) {
        Consumer<String> line = switch (kind) {
            case EVENTS -> text -> eventOrText(service, text);
            case TEXT -> text -> journal.text(service, text);
            case READY -> ready;
        };
        synchronized (arrivals) {
            arrivals.add(new Stream(fd, kind, service, new LineBuffer(), line));
        }
        libc.write(wakeWrite, new byte[] {1}, 0, 1);
    }

    private void run() {
        List<Stream> streams = new ArrayList<>();
        byte[] bytes = new byte[4096];
        boolean deaf = false;
        while (true) {
            synchronized (arrivals) {
                streams.addAll(arrivals);
                arrivals.clear();
            }
            byte[] pollfds = pollfds(streams);
            ByteBuffer polled = ByteBuffer.wrap(pollfds).order(ByteOrder.LITTLE_ENDIAN);
            if (libc.poll(pollfds, LOOK_AGAIN_MILLIS) instanceof SysResult.Failed(var errno)) {
                if (errno != Errno.EINTR && !deaf) {
                    journal.text("nulld", "what services say waits: poll: " + Errno.describe(errno));
                }
                deaf = errno != Errno.EINTR;
                LockSupport.parkNanos(deaf ? DEAF_NANOS : 0);
                continue;
            }
            deaf = false;
            if (polled.getShort(REVENTS) != 0) {
                libc.read(wakeRead, bytes, 0, bytes.length);
            }
            List<Stream> ended = new ArrayList<>();
            for (int i = 0; i < streams.size(); i++) {
                if (polled.getShort((i + 1) * POLLFD_BYTES + REVENTS) != 0 && !pump(streams.get(i), bytes)) {
                    ended.add(streams.get(i));
                }
            }
            streams.removeAll(ended);
        }
    }

    /** struct pollfd: fd (int), events (short), revents (short); the pump's own pipe first. */
    private byte[] pollfds(List<Stream> streams) {
        ByteBuffer buffer =
                ByteBuffer.allocate((streams.size() + 1) * POLLFD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(wakeRead).putShort((short) Poll.POLLIN).putShort((short) 0);
        for (Stream stream : streams) {
            buffer.putInt(stream.fd()).putShort((short) Poll.POLLIN).putShort((short) 0);
        }
        return buffer.array();
    }

    /** Whether there may be more. */
    private boolean pump(Stream stream, byte[] bytes) {
        return switch (libc.read(stream.fd(), bytes, 0, bytes.length)) {
            case SysResult.Ok(var count)
            when count > 0 -> {
                stream.buffer().add(bytes, (int) count, stream.line());
                yield true;
            }
            case SysResult.Ok _ -> {
                stream.buffer().end(stream.line());
                libc.close(stream.fd());
                yield false;
            }
            case SysResult.Failed(var errno) -> {
                boolean again = errno == Errno.EINTR || errno == Errno.EAGAIN;
                if (!again) {
                    libc.close(stream.fd());
                    journal.text(
                            "nulld",
                            stream.service() + " is no longer heard: read of its " + stream.kind() + ": "
                                    + Errno.describe(errno));
                }
                yield again;
            }
        };
    }

    /** A service's standard output: an event where the line is one, else text. */
    private void eventOrText(String service, String line) {
        if (line.startsWith("{")) {
            try {
                JsonElement parsed = JsonParser.parseString(line);
                if (parsed.isJsonObject()) {
                    JsonObject fields = parsed.getAsJsonObject();
                    JsonElement name = fields.remove(NulldContract.EVENT.name());
                    if (name != null && name.isJsonPrimitive()) {
                        journal.event(service, name.getAsString(), fields);
                        return;
                    }
                }
            } catch (JsonParseException e) {
                journal.text(service, "(no JSON event) " + line);
                return;
            }
        }
        journal.text(service, line);
    }
}
