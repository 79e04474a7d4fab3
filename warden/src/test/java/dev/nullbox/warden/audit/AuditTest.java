package dev.nullbox.warden.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.vault.MemoryFiles;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.Vaults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final Message OF_AN_AGENT = Message.of(Fields.AGENT.is("hello"));
    private static final Message NAMED = Message.of(Fields.NAME.is("A"));

    private final MemoryFiles files = new MemoryFiles();
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();
    private final Audit audit = reopened();

    private Audit reopened() {
        return new Audit(files, () -> Instant.ofEpochSecond(1_700_000_000L), nanos::get, new EventSink(told));
    }

    @Test
    void writesRecordsThatOutliveItAndTellsThem() throws Exception {
        audit.release(Ring.OPERATORS, VaultEvents.READ, Message.of(VaultContract.VERSION.is(2L), Fields.NAME.is("A")));
        assertThat(change(() -> "made")).isEqualTo("made");
        audit.note(Ring.AGENTS, VaultEvents.REVOKE, Message.of());
        assertThat(reopened().page(0, 10).records())
                .extracting(JsonObject::toString)
                .containsExactly(
                        "{\"seq\":1,\"time\":1700000000,\"event\":\"vault.audit_begun\"}",
                        "{\"seq\":2,\"time\":1700000000,\"event\":\"vault.read\",\"name\":\"A\",\"version\":2}",
                        "{\"seq\":3,\"time\":1700000000,\"event\":\"vault.asked\",\"name\":\"A\",\"of\":\"vault.set\"}",
                        "{\"seq\":4,\"time\":1700000000,\"event\":\"vault.set\",\"caller\":\"made\"}",
                        "{\"seq\":5,\"time\":1700000000,\"event\":\"vault.revoke\"}");
        assertThat(told())
                .containsExactly(
                        "{\"event\":\"vault.audit_begun\"}",
                        "{\"event\":\"vault.read\",\"name\":\"A\",\"version\":2}",
                        "{\"event\":\"vault.set\",\"caller\":\"made\"}",
                        "{\"event\":\"vault.revoke\"}");
    }

    private String change(VaultAction<String> change) throws RpcException, IOException {
        return audit.change(VaultEvents.SET, NAMED, change, came -> Message.of(VaultEvents.CALLER.is(came)));
    }

    /** Whenever power fails after the change, there is a record that it was asked for. */
    @Test
    void recordsOnTheDiskThatAChangeIsAskedForBeforeItBegins() throws Exception {
        change(() -> {
            assertThat(recorded(files.afterPowerCut(new Random(1))))
                    .last()
                    .asString()
                    .contains("vault.asked");
            return "made";
        });
        assertThatThrownBy(() -> change(() -> {
                    throw new RpcException(VaultReason.SECRET_UNKNOWN, "no");
                }))
                .isInstanceOf(RpcException.class);
        assertThatThrownBy(() -> change(() -> {
                    throw new IOException("the disk");
                }))
                .isInstanceOf(IOException.class);
        assertThat(recorded(files))
                .filteredOn(record -> record.contains("vault.failed"))
                .hasSize(2)
                .first()
                .asString()
                .endsWith("\"code\":\"SECRET_UNKNOWN\",\"name\":\"A\",\"of\":\"vault.set\"}");
        assertThat(recorded(files).getLast()).contains("VAULT_NOT_WRITTEN");
    }

    private List<String> recorded(MemoryFiles disk) {
        try {
            return new Audit(disk, () -> Instant.EPOCH, nanos::get, new EventSink(told))
                    .page(0, 1_500).records().stream().map(JsonObject::toString).toList();
        } catch (RpcException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givesPages() throws Exception {
        for (int i = 0; i < 5; i++) {
            audit.note(i % 2 == 0 ? Ring.OPERATORS : Ring.AGENTS, VaultEvents.SET, NAMED);
        }
        assertThat(sequences(audit.page(0, 4))).containsExactly(1L, 2L, 3L, 4L);
        assertThat(sequences(audit.page(4, 4))).containsExactly(5L, 6L);
        assertThat(audit.page(6, 4).records()).isEmpty();
        assertThatThrownBy(() -> audit.page(7, 4))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.field()).contains("after"))
                .hasMessageContaining("the last record is 6");
    }

    @Test
    void letsNothingThroughThatItCannotRecord() throws Exception {
        audit.note(Ring.OPERATORS, VaultEvents.SET, NAMED);
        files.failWritesTo(AuditFile.NAME);
        refused(() -> audit.release(Ring.OPERATORS, VaultEvents.READ, NAMED));
        // The file can be opened, which alone would tell nothing.
        refused(audit::ready);
        refused(() -> change(() -> {
            throw new AssertionError("the change was made");
        }));
        audit.note(Ring.OPERATORS, VaultEvents.SEALED, Message.of());
        assertThat(audit.page(0, 10).records()).as("what is there can be read").hasSize(2);
        String why = "\"why\":\"no space left on device\"}";
        assertThat(told().subList(2, 6))
                .as("what has happened is told all the same")
                .containsExactly(
                        "{\"event\":\"vault.audit_failed\",\"of\":\"vault.read\"," + why,
                        "{\"event\":\"vault.audit_failed\",\"of\":\"vault.asked\"," + why,
                        "{\"event\":\"vault.audit_failed\",\"of\":\"vault.sealed\"," + why,
                        "{\"event\":\"vault.sealed\"}");
        files.failWritesTo("");
        audit.ready();
        audit.release(Ring.OPERATORS, VaultEvents.READ, NAMED);
        assertThat(audit.page(2, 10).records())
                .extracting(JsonObject::toString)
                .containsExactly(
                        "{\"seq\":3,\"time\":1700000000,\"event\":\"vault.audit_resumed\",\"lost\":1}",
                        "{\"seq\":4,\"time\":1700000000,\"event\":\"vault.read\",\"name\":\"A\"}");
    }

    @Test
    void countsRefusalsThatItDoesNotWrite() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            audit.refusal("hello", VaultEvents.DENIED, OF_AN_AGENT);
        }
        int written = audit.page(0, 1_500).records().size() - 1;
        assertThat(written).isBetween(10, 100);
        audit.refusal("gateway", VaultEvents.UNSEAL_FAILED, Message.of());
        assertThat(audit.page(0, 1_500).records().getLast().toString())
                .as("who floods hides nobody else")
                .contains("vault.unseal_failed");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        audit.refusal("hello", VaultEvents.DENIED, OF_AN_AGENT);
        JsonObject last = audit.page(0, 1_500).records().getLast();
        assertThat(last.get("suppressed").getAsInt()).isEqualTo(1_000 - written);
    }

    @Test
    void floodsOfRefusalsOverwriteNothingElse() throws Exception {
        audit.note(Ring.OPERATORS, VaultEvents.SET, NAMED);
        audit.note(Ring.AGENTS, VaultEvents.LEASE, OF_AN_AGENT);
        for (int i = 0; i < AuditFile.SLOTS + 100; i++) {
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            audit.refusal("hello", VaultEvents.DENIED, OF_AN_AGENT);
        }
        assertThat(sequences(audit.page(0, 4))).containsExactly(1L, 2L, 3L, 104L);
    }

    @Test
    void writesAsManyRecordsAsTheNamesNeed() throws Exception {
        List<SecretName> names = new ArrayList<>();
        for (int i = 0; i < VaultContract.MAX_LEASE_NAMES; i++) {
            names.add(new SecretName("N".repeat(60) + (1000 + i)));
        }
        audit.release(
                Ring.AGENTS,
                VaultEvents.LEASE,
                Message.of(
                        Fields.AGENT.is("a".repeat(64)),
                        VaultContract.RUN.is("9".repeat(64)),
                        VaultContract.LEASE.is("L1732600000000000-99"),
                        VaultContract.NAMES.is(names)));
        List<String> recorded = new ArrayList<>();
        for (JsonObject record : audit.page(1, 1_500).records()) {
            assertThat(record.get("agent").getAsString()).hasSize(64);
            record.getAsJsonArray("names").forEach(name -> recorded.add(name.getAsString()));
        }
        assertThat(recorded).isEqualTo(names.stream().map(SecretName::value).toList());
        assertThat(told()).filteredOn(line -> line.contains("vault.lease")).hasSize(1);
    }

    @Test
    void refusesARecordThatFitsNoSlot() {
        assertThatThrownBy(() ->
                        audit.release(Ring.AGENTS, VaultEvents.FETCH, Message.of(Fields.AGENT.is("a".repeat(600)))))
                .hasMessageContaining("longer than one may be");
    }

    @Test
    void saysHowMuchIsDamaged() throws Exception {
        audit.note(Ring.OPERATORS, VaultEvents.SET, NAMED);
        AuditFile.open(files).append(Ring.AGENTS, List.of("no json".getBytes(StandardCharsets.US_ASCII)), true);
        byte[] bytes = files.bytes(AuditFile.NAME);
        bytes[20] ^= 1;
        files.put(AuditFile.NAME, bytes);
        Audit.Page page = reopened().page(0, 10);
        assertThat(sequences(page)).containsExactly(2L);
        assertThat(page.damaged()).isEqualTo(2);
    }

    private static List<Long> sequences(Audit.Page page) {
        return page.records().stream()
                .map(record -> record.get("seq").getAsLong())
                .toList();
    }

    private List<String> told() {
        List<String> lines = new ArrayList<>();
        told.toString(StandardCharsets.UTF_8).lines().forEach(line -> {
            assertThat(JsonParser.parseString(line).isJsonObject()).isTrue();
            lines.add(line);
        });
        return lines;
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(Vaults.reason(e)).isEqualTo(VaultReason.AUDIT_NOT_WRITTEN))
                .hasMessageContaining("nothing was given out or changed");
    }
}
