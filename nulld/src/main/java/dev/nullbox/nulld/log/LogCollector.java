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
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.service.process.LineSplitter;
import dev.nullbox.service.process.PipeReader;
import java.util.function.Consumer;

/**
 * Reader of all pipes of all services in one thread: standard output as events, standard error as text, and the
 * readiness pipe. Never waits for a device, so that no service waits for it.
 */
public final class LogCollector {
    private static final int STACK_BYTES = 128 * 1024;
    private static final int MAX_LINE_BYTES = 16 * 1024;
    /** Bound of a poll, after which a pipe whose wakeup was lost is read. */
    private static final int LOOK_AGAIN_MILLIS = 1_000;

    /** Content of a pipe. */
    public enum Kind {
        EVENTS,
        TEXT,
        READY
    }

    private final Libc libc;
    private final Journal journal;
    private final PipeReader pipes;
    private final int wakeup;

    /** Makes the collector's own pipe. */
    public LogCollector(Libc libc, Journal journal) throws SyscallException {
        this.libc = libc;
        this.journal = journal;
        int[] ends = new int[2];
        libc.pipe2(ends, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK).orThrow("pipe2");
        wakeup = ends[1];
        pipes = new PipeReader(libc);
        add(ends[0], Kind.READY, "nulld", line -> {});
    }

    /** Starts the thread; bug takes the exception that ends it. */
    public void start(Thread.UncaughtExceptionHandler bug) {
        Thread thread = new Thread(null, this::run, "logs", STACK_BYTES);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler(bug);
        thread.start();
    }

    /**
     * Reads this descriptor until its end, and closes it. Lines of a readiness pipe go to ready, others are recorded.
     */
    public void add(int fd, Kind kind, String service, Consumer<String> ready) {
        Consumer<String> line = switch (kind) {
            case EVENTS -> text -> eventOrText(service, text);
            case TEXT -> text -> journal.text(service, text);
            case READY -> ready;
        };
        pipes.add(
                fd,
                LineSplitter.cutting(MAX_LINE_BYTES, line),
                errno ->
                        journal.text("nulld", service + ": reading its " + kind + " failed: " + Errno.describe(errno)));
        libc.write(wakeup, new byte[] {'\n'}, 0, 1);
    }

    private void run() {
        boolean failing = false;
        while (true) {
            int errno = pipes.poll(LOOK_AGAIN_MILLIS) instanceof SysResult.Failed(var failure) ? failure : 0;
            boolean fails = errno != 0 && errno != Errno.EINTR;
            if (fails && !failing) {
                journal.text(
                        "nulld", "reading the output of services failed, tried again: poll: " + Errno.describe(errno));
            }
            failing = fails;
        }
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
