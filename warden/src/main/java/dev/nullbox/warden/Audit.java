package dev.nullbox.warden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Budget;
import dev.nullbox.rpc.EventSink;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.AuditFile.Ring;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Who did what to the vault, on the disk and as events; for any thread.
 *
 * <p>Nothing is given out before its record is on the disk, and while none can be written nothing is given out or
 * changed: {@code AUDIT_NOT_WRITTEN}. What is taken away, as a revoked lease, is so all the same.
 */
final class Audit {
    /** Records in one answer: at most so many fit one message. */
    static final int MAX_PAGE = 1_500;

    private static final int REFUSALS_BURST = 50;
    private static final long MILLIS_PER_REFUSAL = 100;

    private final VaultFiles files;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final EventSink events;
    private final Map<Ring, Budget> refusals = new EnumMap<>(Ring.class);
    private final Budget failures;
    private Optional<AuditFile> file = Optional.empty();
    /** Records that could not be written since the file was last in order. */
    private long lost;

    /**
     * @param clock what records tell as their time
     * @param nanos as {@link System#nanoTime}
     * @param events are told each record, and what has happened though it could not be recorded
     */
    Audit(VaultFiles files, InstantSource clock, LongSupplier nanos, EventSink events) {
        this.files = files;
        this.clock = clock;
        this.nanos = nanos;
        this.events = events;
        for (Ring ring : Ring.values()) {
            refusals.put(ring, budget());
        }
        this.failures = budget();
    }

    private Budget budget() {
        return new Budget(REFUSALS_BURST, MILLIS_PER_REFUSAL, millis());
    }

    /**
     * A part of the records.
     *
     * @param records each with its number {@code seq}, its time and the fields of its event, oldest first
     * @param damaged how many places of the file hold something else than a record
     */
    record Page(List<JsonObject> records, int damaged) {
        Page {
            records = List.copyOf(records);
        }
    }

    /**
     * To be asked before anything is given out or changed.
     *
     * @throws RpcException when no record could be written of it
     */
    synchronized void ready() throws RpcException {
        try {
            inOrder();
        } catch (IOException e) {
            throw notWritten(e, "nothing was given out or changed");
        }
    }

    /**
     * A value that may leave the vault once this returns.
     *
     * @throws RpcException when it must not
     */
    synchronized void release(Ring ring, String event, Map<String, ?> fields) throws RpcException {
        write(ring, event, fields, "nothing was given out", false);
    }

    /**
     * A change that is made.
     *
     * @throws RpcException when its record could not be written
     */
    synchronized void change(Ring ring, String event, Map<String, ?> fields) throws RpcException {
        write(ring, event, fields, "but the change is made", true);
    }

    /** Something that goes on whether or not its record can be written. */
    synchronized void note(Ring ring, String event, Map<String, ?> fields) {
        try {
            write(ring, event, fields, "it went on", true);
        } catch (RpcException e) {
            // It is counted and told of already.
            return;
        }
    }

    /** Secrets whose time is over. */
    void expired(Lease lease, List<SecretName> names) {
        note(
                Ring.AGENTS,
                "vault.expired",
                Map.of(
                        "agent", lease.agent(),
                        "run", lease.run(),
                        "lease", lease.id(),
                        "names", Answers.names(names)));
    }

    /** A call that was refused: of these, so many a second. */
    synchronized void refusal(Ring ring, String event, Map<String, ?> fields) {
        Budget budget = refusals.get(ring);
        if (budget == null || !budget.take(millis())) {
            return;
        }
        Map<String, Object> counted = new HashMap<>(fields);
        long suppressed = budget.takeDropped();
        if (suppressed > 0) {
            counted.put("suppressed", suppressed);
        }
        note(ring, event, counted);
    }

    /**
     * The records after a number, at most so many.
     *
     * @throws RpcException when they cannot be read
     */
    synchronized Page page(long after, int max) throws RpcException {
        try {
            AuditFile.Contents contents = (file.isPresent() ? file.get() : AuditFile.open(files)).read();
            int damaged = contents.damaged();
            List<JsonObject> records = new ArrayList<>();
            for (AuditFile.Entry entry : contents.entries()) {
                Optional<JsonObject> record = parsed(entry);
                if (record.isEmpty()) {
                    damaged++;
                } else if (entry.sequence() > after && records.size() < max) {
                    records.add(record.get());
                }
            }
            return new Page(records, damaged);
        } catch (IOException e) {
            throw notWritten(e, "what was recorded before cannot be read");
        }
    }

    private static Optional<JsonObject> parsed(AuditFile.Entry entry) {
        try {
            if (Json.parse(entry.text()) instanceof JsonObject fields) {
                JsonObject record = new JsonObject();
                record.addProperty("seq", entry.sequence());
                fields.entrySet().forEach(field -> record.add(field.getKey(), field.getValue()));
                return Optional.of(record);
            }
            return Optional.empty();
        } catch (RpcException e) {
            return Optional.empty();
        }
    }

    /** @param isSo whether the event is one though it is not recorded: then it is told at least */
    private void write(Ring ring, String event, Map<String, ?> fields, String outcome, boolean isSo)
            throws RpcException {
        try {
            write(inOrder(), ring, event, fields);
        } catch (IOException e) {
            file = Optional.empty();
            lost++;
            if (isSo) {
                events.emit(event, fields);
            }
            if (failures.take(millis())) {
                events.emit("vault.audit_failed", Map.of("of", event, "why", String.valueOf(e.getMessage())));
            }
            throw notWritten(e, outcome);
        }
    }

    /** The file, opened if need be, and with a record of what is missing in it: that one shows that it can be written. */
    private AuditFile inOrder() throws IOException {
        if (file.isPresent()) {
            return file.get();
        }
        AuditFile opened = AuditFile.open(files);
        if (opened.isEmpty()) {
            write(opened, Ring.OPERATORS, "vault.audit_begun", Map.of());
        }
        if (lost > 0) {
            write(opened, Ring.OPERATORS, "vault.audit_resumed", Map.of("lost", lost));
            lost = 0;
        }
        file = Optional.of(opened);
        return opened;
    }

    private void write(AuditFile to, Ring ring, String event, Map<String, ?> fields) throws IOException {
        to.append(ring, texts(event, fields));
        events.emit(event, fields);
    }

    /** One text, or several when not all its {@code names} fit one. */
    private List<byte[]> texts(String event, Map<String, ?> fields) throws IOException {
        JsonObject record = new JsonObject();
        record.addProperty("time", clock.instant().getEpochSecond());
        record.addProperty("event", event);
        EventSink.object(fields).entrySet().forEach(field -> record.add(field.getKey(), field.getValue()));
        List<byte[]> texts = new ArrayList<>();
        byte[] text = Json.bytes(record);
        if (text.length > AuditFile.MAX_TEXT_BYTES && record.get("names") instanceof JsonArray names) {
            JsonArray some = new JsonArray();
            for (JsonElement name : names) {
                JsonArray more = some.deepCopy();
                more.add(name);
                record.add("names", more);
                if (Json.bytes(record).length > AuditFile.MAX_TEXT_BYTES) {
                    record.add("names", some);
                    texts.add(Json.bytes(record));
                    more = new JsonArray();
                    more.add(name);
                    record.add("names", more);
                }
                some = more;
            }
            text = Json.bytes(record);
        }
        texts.add(text);
        for (byte[] one : texts) {
            if (one.length > AuditFile.MAX_TEXT_BYTES) {
                throw new IOException("a record of " + one.length + " bytes is longer than one may be");
            }
        }
        return texts;
    }

    private static RpcException notWritten(IOException why, String outcome) {
        return new RpcException(
                RpcException.Code.UNAVAILABLE,
                VaultCode.AUDIT_NOT_WRITTEN.name(),
                "the audit log cannot be written: " + why.getMessage() + "; " + outcome
                        + "; look at the data partition and its free space");
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
    }
}
