package dev.nullbox.nullctl.command;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.LogContract;
import dev.nullbox.service.TerminalText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Set;

/**
 * Printer of an agent's output: each of its streams goes to the same stream of this program. Output to a terminal is
 * escaped; elsewhere it has the agent's bytes.
 */
final class AgentLogPrinter {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Streams streams;
    private final boolean hasTimes;
    private final boolean isJson;
    /** Runs and streams whose last line is continued. */
    private final Set<String> open = new HashSet<>();

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    AgentLogPrinter(Streams streams, boolean hasTimes, boolean isJson) {
        this.streams = streams;
        this.hasTimes = hasTimes;
        this.isJson = isJson;
    }

    /** Prints a page of an agent's lines. */
    void print(String agent, Message page) throws LocalFileException {
        if (page.get(LogContract.LOST)) {
            note("output of " + agent
                    + " was removed before it was read: its ring (agent.log_mb, agent.log_days) is full");
        }
        for (Message line : page.get(LogContract.LINES)) {
            if (isJson) {
                put(output, json(line) + "\n");
            } else if (line.get(LogContract.STREAM).equals(LogContract.NOTE)) {
                note("run " + line.get(Fields.RUN) + ": " + text(line));
            } else {
                print(line);
            }
        }
        write();
    }

    private void print(Message line) throws LocalFileException {
        boolean isError = line.get(LogContract.STREAM).equals(LogContract.STDERR);
        ByteArrayOutputStream to = isError ? errors : output;
        if ((isError ? output : errors).size() > 0) {
            // In the order of arrival, where both are shown.
            write();
        }
        String stream = line.get(Fields.RUN) + " " + isError;
        if (hasTimes && !open.contains(stream)) {
            put(to, TIME.format(Instant.ofEpochMilli(line.get(LogContract.AT))) + " ");
        }
        if (isError ? streams.isErrorSeen() : streams.isOutSeen()) {
            put(to, TerminalText.escaped(text(line)));
        } else {
            to.writeBytes(line.get(LogContract.DATA));
        }
        if (line.get(LogContract.IS_PIECE)) {
            open.add(stream);
        } else {
            open.remove(stream);
            to.write('\n');
        }
    }

    private static String text(Message line) {
        return new String(line.get(LogContract.DATA), StandardCharsets.UTF_8);
    }

    private static String json(Message line) {
        JsonObject object = new JsonObject();
        object.addProperty("at", TIME.format(Instant.ofEpochMilli(line.get(LogContract.AT))));
        object.addProperty(Fields.RUN.name(), line.get(Fields.RUN));
        object.addProperty(LogContract.STREAM.name(), line.get(LogContract.STREAM));
        object.addProperty(AgentContract.LINE.name(), text(line));
        if (line.get(LogContract.IS_PIECE)) {
            object.addProperty(LogContract.IS_PIECE.name(), true);
        }
        return TerminalText.json(object);
    }

    private void note(String what) throws LocalFileException {
        write();
        put(errors, "nullctl: " + TerminalText.line(what) + "\n");
        write();
    }

    private static void put(ByteArrayOutputStream to, String text) {
        to.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void write() throws LocalFileException {
        if (output.size() > 0) {
            streams.write(output.toByteArray());
            output.reset();
        }
        if (errors.size() > 0) {
            streams.writeError(errors.toByteArray());
            errors.reset();
        }
    }
}
