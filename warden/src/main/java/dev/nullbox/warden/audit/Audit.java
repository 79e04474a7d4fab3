package dev.nullbox.warden.audit;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TokenBucket;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.lease.Lease;
import dev.nullbox.warden.vault.VaultAction;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Audit log: every operation on the vault with its caller, on the disk and as events; for any thread.
 *
 * <p>Nothing is given out or changed before its record is on the disk; while no record can be written, such calls are
 * refused: {@link VaultReason#AUDIT_NOT_WRITTEN}. What takes rights away, as a revoke does, is done all the same.
 */
public final class Audit {
    private static final int REFUSALS_BURST = 20;
    private static final long MILLIS_PER_REFUSAL = 1_000;
    /** Most callers and agents with a budget of refusals: more than there are. */
    private static final int MAX_SUBJECTS = 256;

    private final Directory files;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final EventSink events;
    private final Map<String, TokenBucket> refusals = new LinkedHashMap<>();
    private final TokenBucket failures;
    private Optional<AuditFile> file = Optional.empty();
    /** True when a record could not be written since the file was last in order. */
    private boolean hasFailed;
    /** Lost records of what happened all the same. */
    private long lost;

    /**
     * @param clock clock of the records' time
     * @param nanos as {@link System#nanoTime}
     * @param events sink of each record, and of what has happened though it could not be recorded
     */
    public Audit(Directory files, InstantSource clock, LongSupplier nanos, EventSink events) {
        this.files = files;
        this.clock = clock;
        this.nanos = nanos;
        this.events = events;
        this.failures = budget();
    }

    private TokenBucket budget() {
        return new TokenBucket(REFUSALS_BURST, MILLIS_PER_REFUSAL, millis());
    }

    /**
     * A part of the records.
     *
     * @param records each with its number {@code seq}, its time and the fields of its event, oldest first
     * @param damaged number of slots that hold something else than a record
     */
    public record Page(List<JsonObject> records, int damaged) {
        public Page {
            records = List.copyOf(records);
        }
    }

    /**
     * Checks that a record can be written; to be called before anything is opened.
     *
     * @throws RpcException when no record could be written of it
     */
    public synchronized void ready() throws RpcException {
        try {
            inOrder();
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    /**
     * Records the release of a value, which may leave the vault once this returns.
     *
     * @throws RpcException when it must not
     */
    public synchronized void release(Ring ring, Event event, Message fields) throws RpcException {
        write(ring, event, fields, true);
        events.emit(event, fields);
    }

    /**
     * Makes a change between two records: of the request, which is on the disk before the change begins, and of the
     * outcome, which reaches the disk with the next record. A power cut may leave the first alone.
     *
     * @param event event of the change once it is made
     * @param asked the fields known before
     * @param done the fields known afterwards
     * @throws RpcException when it is refused; {@link VaultReason#AUDIT_NOT_WRITTEN} before it has begun
     * @throws IOException when it is not known to be made
     */
    public <T> T change(Event event, Message asked, VaultAction<T> change, Function<T, Message> done)
            throws RpcException, IOException {
        write(Ring.OPERATORS, VaultEvents.ASKED, asked.and(VaultEvents.OF.is(event.name())), true);
        T made;
        try {
            made = change.run();
        } catch (RpcException e) {
            failed(event, asked, e.detail());
            throw e;
        } catch (IOException e) {
            failed(event, asked, VaultReason.VAULT_NOT_WRITTEN.name());
            throw e;
        }
        tell(Ring.OPERATORS, event, done.apply(made), false);
        return made;
    }

    private void failed(Event event, Message asked, String code) {
        Message fields = asked.and(VaultEvents.OF.is(event.name()), VaultContract.CODE.is(code));
        tell(Ring.OPERATORS, VaultEvents.CHANGE_FAILED, fields, false);
    }

    /** Records something that happens whether or not its record can be written. */
    public void note(Ring ring, Event event, Message fields) {
        tell(ring, event, fields, true);
    }

    private synchronized void tell(Ring ring, Event event, Message fields, boolean sync) {
        try {
            write(ring, event, fields, sync);
        } catch (RpcException e) {
            // The cause is an event already.
            lost++;
        }
        events.emit(event, fields);
    }

    /** Records secrets whose lease has expired. */
    public void expired(Lease lease, List<SecretName> names) {
        note(
                Ring.AGENTS,
                VaultEvents.EXPIRED,
                Message.of(
                        Fields.AGENT.is(lease.agent()),
                        VaultContract.RUN.is(lease.run()),
                        VaultContract.LEASE.is(lease.id()),
                        VaultContract.NAMES.is(names)));
    }

    /**
     * A call that was refused: of these, so many a second.
     *
     * @param whose the agent's or caller's
     */
    public synchronized void refusal(String whose, Event event, Message fields) {
        TokenBucket budget = refusals.computeIfAbsent(whose, _ -> budget());
        if (refusals.size() > MAX_SUBJECTS) {
            refusals.remove(refusals.keySet().iterator().next());
        }
        if (budget.take(millis())) {
            long suppressed = budget.takeDropped();
            note(Ring.REFUSALS, event, suppressed == 0 ? fields : fields.and(VaultEvents.SUPPRESSED.is(suppressed)));
        }
    }

    /**
     * The records after a number, at most so many.
     *
     * @throws RpcException when they cannot be read, or the log has been begun anew since
     */
    public synchronized Page page(long after, int max) throws RpcException {
        try {
            AuditFile readable = file.isPresent() ? file.get() : AuditFile.open(files);
            if (after > readable.last()) {
                throw new RpcException(
                        CallReason.OUT_OF_RANGE,
                        "after: the last record is " + readable.last()
                                + "; if you have read more, the log was begun anew: ask for all, after 0",
                        VaultContract.AFTER.name());
            }
            AuditFile.Contents contents = readable.read();
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
            throw new RpcException(
                    VaultReason.AUDIT_NOT_WRITTEN,
                    "the audit log cannot be read: " + e.getMessage() + "; look at the data partition");
        }
    }

    private static Optional<JsonObject> parsed(AuditFile.Entry entry) {
        try {
            if (Json.parse(entry.text()) instanceof JsonObject fields) {
                JsonObject record = new JsonObject();
                record.addProperty(Fields.SEQ.name(), entry.sequence());
                fields.entrySet().forEach(field -> record.add(field.getKey(), field.getValue()));
                return Optional.of(record);
            }
            return Optional.empty();
        } catch (RpcException e) {
            return Optional.empty();
        }
    }

    private synchronized void write(Ring ring, Event event, Message fields, boolean sync) throws RpcException {
        try {
            inOrder().append(ring, texts(event, fields), sync);
        } catch (IOException e) {
            file = Optional.empty();
            hasFailed = true;
            if (failures.take(millis())) {
                events.emit(
                        VaultEvents.AUDIT_FAILED,
                        VaultEvents.OF.is(event.name()),
                        Fields.WHY.is(String.valueOf(e.getMessage())));
            }
            throw notWritten(e);
        }
    }

    /** The file, opened if need be, with a record of what is missing in it, which shows that it can be written. */
    private AuditFile inOrder() throws IOException {
        if (file.isPresent()) {
            return file.get();
        }
        AuditFile opened = AuditFile.open(files);
        if (opened.last() == 0) {
            begin(opened, VaultEvents.AUDIT_BEGUN, Message.of());
        }
        if (hasFailed) {
            begin(opened, VaultEvents.AUDIT_RESUMED, Message.of(VaultEvents.LOST.is(lost)));
            hasFailed = false;
            lost = 0;
        }
        file = Optional.of(opened);
        return opened;
    }

    private void begin(AuditFile opened, Event event, Message fields) throws IOException {
        opened.append(Ring.OPERATORS, texts(event, fields), true);
        events.emit(event, fields);
    }

    /** One text, or several when its {@code names} do not all fit one. */
    private List<byte[]> texts(Event event, Message fields) throws IOException {
        JsonObject record = Codec.encode(
                VaultContract.TIME.is(clock.instant().getEpochSecond()), VaultContract.EVENT.is(event.name()));
        EventSink.sorted(fields).entrySet().forEach(field -> record.add(field.getKey(), field.getValue()));
        List<byte[]> texts = new ArrayList<>();
        byte[] text = Json.bytes(record);
        if (text.length > AuditFile.MAX_TEXT_BYTES
                && record.get(VaultContract.NAMES.name()) instanceof JsonArray names) {
            JsonArray some = new JsonArray();
            for (JsonElement name : names) {
                JsonArray more = some.deepCopy();
                more.add(name);
                record.add(VaultContract.NAMES.name(), more);
                if (Json.bytes(record).length > AuditFile.MAX_TEXT_BYTES) {
                    record.add(VaultContract.NAMES.name(), some);
                    texts.add(Json.bytes(record));
                    more = new JsonArray();
                    more.add(name);
                    record.add(VaultContract.NAMES.name(), more);
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

    private static RpcException notWritten(IOException why) {
        return new RpcException(
                VaultReason.AUDIT_NOT_WRITTEN,
                "the audit log cannot be written: " + why.getMessage()
                        + "; nothing was given out or changed; look at the data partition and its free space");
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
    }
}
