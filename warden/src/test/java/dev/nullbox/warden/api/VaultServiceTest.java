package dev.nullbox.warden.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Operator;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.Sha256;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile;
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.MemoryFiles;
import dev.nullbox.warden.vault.VaultManager;
import dev.nullbox.warden.vault.Vaults;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VaultServiceTest {
    private static final Caller ROOT = new Caller("root", "root");
    private static final Caller OPERATOR = new Caller("gateway", "gateway");
    private static final String FILE = "vault.transfer";
    private static final String VALUE = base64("sk-not-to-be-seen");
    private static final String PASSPHRASE = "passphrase:'" + base64(Vaults.PASSPHRASE) + "'";
    private static final String WRONG = "passphrase:'" + base64("another passphrase") + "'";

    private final MemoryFiles files = new MemoryFiles();
    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();
    private Map<String, RpcMethod> methods = Map.of();
    private VaultManager manager;

    @BeforeEach
    void start() throws Exception {
        manager = VaultManager.of(Vaults.store(files, 1), nanos::get);
        InstantSource clock = () -> Instant.ofEpochSecond(1_700_000_000L);
        Audit audit = new Audit(files, clock, nanos::get, new EventSink(events));
        Leases leases = new Leases(clock, nanos::get, audit::expired);
        VaultService service = new VaultService(manager, manager.store().transfers(nanos::get), leases, audit, true);
        methods = service.methods().stream().collect(Collectors.toMap(RpcMethod::name, Function.identity()));
    }

    @Test
    void goesThroughItsStates() throws Exception {
        assertThat(status().get("state").getAsString()).isEqualTo("new");
        refused("vault.list", "{}", "VAULT_NEW", "");
        refused("vault.unseal", "{" + PASSPHRASE + "}", "VAULT_NEW", "");
        assertThat(call("vault.init", "{" + PASSPHRASE + "}").toString())
                .contains("\"slots\":[{\"slot\":1,\"kind\":\"passphrase\"}]");
        refused("vault.init", "{" + PASSPHRASE + "}", "VAULT_EXISTS", "");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        assertThat(status().toString())
                .startsWith("{\"state\":\"unsealed\",\"secrets\":1,\"versions\":1,\"bytes\":")
                .endsWith("\"failed_attempts\":0,\"retry_after_s\":0,\"leases\":0,\"memory_locked\":true}");
        call("vault.seal", "{}");
        refused("vault.get", "{name:'A'}", "VAULT_SEALED", "");
        start();
        assertThat(status().get("state").getAsString()).isEqualTo("sealed");
        assertThat(call("vault.unseal", "{" + PASSPHRASE + "}").toString())
                .isEqualTo("{\"slot\":1,\"secrets\":1,\"versions\":1}");
        refused("vault.unseal", "{" + PASSPHRASE + "}", "ALREADY_UNSEALED", "");
        assertThat(call("vault.get", "{name:'A'}").toString()).contains(VALUE);
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("vault.created", "vault.unsealed", "vault.sealed", "{\"event\":\"vault.read\",\"caller\":")
                .doesNotContain(VALUE);
    }

    @Test
    void slowsGuessing() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.seal", "{}");
        for (int i = 0; i < 3; i++) {
            refused("vault.unseal", "{" + WRONG + "}", "WRONG_KEY", "");
        }
        refused("vault.unseal", "{" + PASSPHRASE + "}", "ATTEMPTS_DELAYED", "");
        assertThat(status().get("failed_attempts").getAsInt()).isEqualTo(3);
        start();
        refused("vault.unseal", "{" + PASSPHRASE + "}", "ATTEMPTS_DELAYED", "");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        call("vault.unseal", "{" + PASSPHRASE + "}");
        assertThat(status().get("failed_attempts").getAsInt()).isZero();
        refused("vault.rekey", "{" + WRONG + ", new_key:'" + key(1) + "'}", "WRONG_KEY", "");
        assertThat(status().get("failed_attempts").getAsInt()).isEqualTo(1);
        assertThat(events.toString(StandardCharsets.UTF_8)).contains("\"failed_attempts\":3,\"retry_after_s\":1");
    }

    @Test
    void changesWhatOpensTheVault() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        assertThat(call("vault.rekey", "{" + PASSPHRASE + ", new_key:'" + key(1) + "', keep:true}")
                        .toString())
                .isEqualTo("{\"slots\":[{\"slot\":1,\"kind\":\"passphrase\"},{\"slot\":2,\"kind\":\"key\"}]}");
        call("vault.rekey", "{key:'" + key(1) + "', new_key:'" + key(2) + "'}");
        reopen("{key:'" + key(1) + "'}", false);
        reopen("{key:'" + key(2) + "'}", true);
        call("vault.rekey", "{key:'" + key(2) + "', remove:1}");
        refused("vault.rekey", "{key:'" + key(2) + "', remove:1}", "SLOT_UNKNOWN", "");
        refused("vault.rekey", "{key:'" + key(2) + "', remove:2}", "LAST_SLOT", "");
        assertThat(events.toString(StandardCharsets.UTF_8)).doesNotContain("LAST_SLOT", "SLOT_UNKNOWN");
        reopen("{" + PASSPHRASE + "}", false);
        reopen("{key:'" + key(2) + "'}", true);
        call("vault.rekey", "{key:'" + key(2) + "', new_key:'" + key(3) + "', keep:true}");
        assertThat(call("vault.rekey", "{key:'" + key(2) + "', new_key:'" + key(4) + "', new_data_key:true}")
                        .toString())
                .isEqualTo("{\"slots\":[{\"slot\":2,\"kind\":\"key\"}]}");
        assertThat(call("vault.get", "{name:'A'}").toString()).contains(VALUE);
        assertThat(call("vault.rekey", "{key:'" + key(4) + "', new_key:'" + key(5) + "', keep:true, new_data_key:true}")
                        .toString())
                .isEqualTo("{\"slots\":[{\"slot\":1,\"kind\":\"key\"},{\"slot\":2,\"kind\":\"key\"}]}");
        reopen("{key:'" + key(5) + "'}", true);
        reopen("{key:'" + key(3) + "'}", false);
        reopen("{key:'" + key(4) + "'}", true);
        assertThat(call("vault.get", "{name:'A'}").toString()).contains(VALUE);
    }

    @Test
    void carriesAVaultOutAndIn() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        call("vault.set", "{name:'A', value:'" + base64("second") + "'}");
        call("vault.set", "{name:'B', value:'" + base64("x".repeat(60_000)) + "'}");
        call("vault.delete", "{name:'B'}");
        JsonObject begun = call("vault.export", "{key:'" + key(9) + "'}").getAsJsonObject();
        String transfer = "{transfer:" + begun.get("transfer");
        JsonObject chunk = call("vault.transfer.read", transfer + ", offset:0}").getAsJsonObject();
        assertThat(chunk.get("end").getAsBoolean()).isTrue();
        assertThat(files.bytes(FILE))
                .hasSize(begun.get("bytes").getAsInt())
                .isEqualTo(Base64.getDecoder().decode(chunk.get("data").getAsString()));
        assertThat(begun.get("sha256").getAsString()).isEqualTo(Sha256.hex(files.bytes(FILE)));
        call("vault.transfer.drop", transfer + "}");
        assertThat(files.has(FILE)).isFalse();
        refused("vault.transfer.read", transfer + ", offset:0}", "TRANSFER_UNKNOWN", "transfer");
        imported(chunk, begun, "", "SECRET_EXISTS");
        call("vault.destroy", "{name:'B'}");
        assertThat(imported(chunk, begun, ", overwrite:true", "").toString())
                .isEqualTo("{\"secrets\":2,\"versions\":2}");
        assertThat(call("vault.get", "{name:'A'}").toString())
                .isEqualTo("{\"name\":\"A\",\"version\":3,\"value\":\"" + base64("second") + "\"}");
        refused("vault.get", "{name:'B'}", "SECRET_DELETED", "");
        call("vault.undelete", "{name:'B'}");
        chunk.addProperty("data", chunk.get("data").getAsString().replace("A", "B"));
        imported(chunk, begun, ", overwrite:true", "TRANSFER_DIGEST");
        begun.remove("sha256");
        imported(chunk, begun, ", overwrite:true", "NOT_A_VAULT");
    }

    private JsonElement imported(JsonObject chunk, JsonObject begun, String more, String refusal) throws Exception {
        refused("vault.transfer.write", "{offset:1, data:" + chunk.get("data") + "}", "TRANSFER_OFFSET", "offset");
        JsonObject sent = call("vault.transfer.write", "{offset:0, data:" + chunk.get("data") + "}")
                .getAsJsonObject();
        assertThat(sent.get("bytes")).isEqualTo(begun.get("bytes"));
        String sha256 = begun.has("sha256") ? ", sha256:" + begun.get("sha256") : "";
        String finish = "{transfer:" + sent.get("transfer") + sha256 + ", key:'" + key(9) + "'" + more + "}";
        if (refusal.isEmpty()) {
            return call("vault.import", finish);
        }
        refused("vault.import", finish, refusal, "");
        refused("vault.import", finish, "TRANSFER_UNKNOWN", "transfer");
        return chunk;
    }

    /** Faults of an imported file are faults of a parameter. */
    @Test
    void anImportedFilesFailureIsTheCallers() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        assertThat(kindOfImport(Base64.getEncoder().encodeToString("not a vault".getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(ErrorKind.INVALID_PARAMS);
        assertThat(kindOfImport(Base64.getEncoder().encodeToString(files.bytes("vault"))))
                .as("another's key")
                .isEqualTo(ErrorKind.DENIED);
    }

    private ErrorKind kindOfImport(String data) throws Exception {
        JsonObject sent =
                call("vault.transfer.write", "{offset:0, data:'" + data + "'}").getAsJsonObject();
        try {
            call("vault.import", "{transfer:" + sent.get("transfer") + ", key:'" + key(9) + "'}");
            throw new AssertionError("it was imported");
        } catch (RpcException e) {
            return e.kind();
        }
    }

    @Test
    void leasesAllOrNothing() throws Exception {
        call("vault.init", "{key:'" + key(1) + "'}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        call("vault.set", "{name:'A', value:'" + base64("newer") + "'}");
        call("vault.set", "{name:'TRAP', value:'" + VALUE + "', canary:true}");
        JsonObject lease = call(
                        "vault.lease",
                        "{agent:'hello', run:1, refs:[{name:'A', version:1, reads:2, deliver:'fetch', ttl_s:60}]}")
                .getAsJsonObject();
        assertThat(lease.get("secrets").toString()).isEqualTo("{}");
        assertThat(call("vault.fetch", "{agent:'hello', run:1, name:'A'}").toString())
                .isEqualTo("{\"value\":\"" + VALUE + "\"}");
        assertThat(call("vault.leases", "{}").getAsJsonObject().get("leases").toString())
                .isEqualTo("[{\"lease\":" + lease.get("lease")
                        + ",\"agent\":\"hello\",\"run\":\"1\",\"names\":[\"A\"],\"since\":1700000000,"
                        + "\"until\":1700000060,\"state\":\"active\",\"refs\":[{\"name\":\"A\",\"version\":1,"
                        + "\"deliver\":\"fetch\",\"reads_left\":1,\"until\":1700000060,\"state\":\"active\"}]}]");
        refused("vault.lease", "{agent:'b', run:1, refs:[{name:'A'},{name:'B'},{name:'C'}]}", "SECRET_UNKNOWN", "refs");
        refused("vault.lease", "{agent:'b', run:1, refs:[{name:'A'},{name:'TRAP'}]}", "CANARY", "");
        refused("vault.fetch", "{agent:'hello', run:1, name:'TRAP'}", "CANARY", "");
        call("vault.revoke", "{agent:'hello'}", OPERATOR);
        refused("vault.fetch", "{agent:'hello', run:1, name:'A'}", "LEASE_REVOKED", "");
        assertThat(call("vault.lease", "{agent:'hello', run:2, refs:[{name:'A'}]}")
                        .getAsJsonObject()
                        .get("secrets")
                        .toString())
                .isEqualTo("{\"A\":\"" + base64("newer") + "\"}");
        assertThat(call("vault.revoke", "{agent:'hello', run:2}").toString()).isEqualTo("{\"revoked\":1}");
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("{\"event\":\"vault.canary\",\"agent\":\"b\",\"name\":\"TRAP\",\"run\":\"1\"}")
                .contains("\"state\":\"revoked\"", "\"state\":\"ended\"", "\"vault.denied\"")
                .doesNotContain(VALUE);
    }

    /** A run begins while the vault is sealed, and the gate has the secret once it is open. */
    @Test
    void leasesForTheGateByNameAlone() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        call("vault.set", "{name:'TRAP', value:'" + VALUE + "', canary:true}");
        refused("vault.lease", "{agent:'a', run:1, refs:[{name:'B', deliver:'gate'}]}", "SECRET_UNKNOWN", "refs");
        refused("vault.lease", "{agent:'a', run:1, refs:[{name:'TRAP', deliver:'gate'}]}", "CANARY", "");
        call("vault.seal", "{}");
        refused("vault.lease", "{agent:'a', run:1, refs:[{name:'A', deliver:'gate'},{name:'B'}]}", "VAULT_SEALED", "");
        JsonObject lease = call("vault.lease", "{agent:'a', run:1, refs:[{name:'A', deliver:'gate'}]}")
                .getAsJsonObject();
        assertThat(lease.get("secrets").toString()).isEqualTo("{}");
        refused("vault.gate_value", "{agent:'a', run:1, name:'A'}", "VAULT_SEALED", "");
        assertThat(gateLeases()).isEqualTo("[]");
        call("vault.unseal", "{" + PASSPHRASE + "}");
        assertThat(gateLeases()).isEqualTo("[" + lease.get("lease") + "]");
        JsonObject given =
                call("vault.gate_value", "{agent:'a', run:1, name:'A'}").getAsJsonObject();
        assertThat(given.get("value").getAsString()).isEqualTo(VALUE);
        assertThat(given.get("lease")).isEqualTo(lease.get("lease"));
        refused("vault.fetch", "{agent:'a', run:1, name:'A'}", "LEASE_NOT_FETCH", "");
        call("vault.set", "{name:'A', value:'" + base64("newer") + "'}");
        assertThat(call("vault.gate_value", "{agent:'a', run:1, name:'A'}")
                        .getAsJsonObject()
                        .get("value")
                        .getAsString())
                .isEqualTo(base64("newer"));
        assertThat(call("vault.leases", "{}").toString()).contains("{\"name\":\"A\",\"deliver\":\"gate\",\"state\"");
        call("vault.revoke", "{agent:'a'}", OPERATOR);
        assertThat(gateLeases()).isEqualTo("[]");
        refused("vault.gate_value", "{agent:'a', run:1, name:'A'}", "LEASE_REVOKED", "");
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("{\"event\":\"vault.gate\",\"agent\":\"a\",\"name\":\"A\",\"run\":\"1\"}")
                .doesNotContain(VALUE);
    }

    @Test
    void theGateHasWhatWasLeasedForItAlone() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        refused("vault.gate_value", "{agent:'a', run:1, name:'A'}", "LEASE_UNKNOWN", "");
        call("vault.lease", "{agent:'a', run:1, refs:[{name:'A'}]}");
        refused("vault.gate_value", "{agent:'a', run:1, name:'A'}", "LEASE_NOT_FETCH", "");
        refused("vault.gate_value", "{agent:'a', run:2, name:'A'}", "LEASE_UNKNOWN", "");
        assertThat(gateLeases()).isEqualTo("[]");
    }

    private String gateLeases() throws RpcException {
        return call("vault.gate_leases", "{}").getAsJsonObject().get("leases").toString();
    }

    @Test
    void knowsACanaryByWhicheverVersionItIsAskedFor() throws Exception {
        call("vault.init", "{key:'" + key(1) + "'}");
        call("vault.set", "{name:'TRAP', value:'" + VALUE + "', canary:true}");
        refused("vault.lease", "{agent:'b', run:1, refs:[{name:'TRAP', version:7}]}", "CANARY", "");
        refused("vault.fetch", "{agent:'b', run:1, name:'TRAP'}", "CANARY", "");
        refused("vault.set", "{name:'TRAP', value:'" + VALUE + "'}", "CANARY", "");
        call("vault.delete", "{name:'TRAP'}");
        refused("vault.lease", "{agent:'b', run:1, refs:[{name:'TRAP'}]}", "CANARY", "");
        // Lent when it was none; its name is a canary's now.
        call("vault.set", "{name:'O', value:'" + VALUE + "'}");
        call("vault.lease", "{agent:'c', run:1, refs:[{name:'O', deliver:'fetch'}]}");
        call("vault.set", "{name:'O', value:'" + base64("bait") + "', canary:true}");
        refused("vault.fetch", "{agent:'c', run:1, name:'O'}", "CANARY", "");
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("{\"event\":\"vault.canary\",\"agent\":\"c\",\"name\":\"O\",\"run\":\"1\"}");
    }

    /** Regression: the value set after a destroy was given to the lease of the former one. */
    @Test
    void givesForALeaseTheValueThatWasLentAndNoOther() throws Exception {
        call("vault.init", "{key:'" + key(1) + "'}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        call("vault.set", "{name:'A', value:'" + base64("second") + "'}");
        call("vault.lease", "{agent:'hello', run:1, refs:[{name:'A', version:1, reads:9, deliver:'fetch'}]}");
        call("vault.rekey", "{key:'" + key(1) + "', new_key:'" + key(2) + "', new_data_key:true}");
        assertThat(call("vault.fetch", "{agent:'hello', run:1, name:'A'}").toString())
                .as("sealed anew it is the same")
                .contains(VALUE);
        call("vault.destroy", "{name:'A'}");
        refused("vault.fetch", "{agent:'hello', run:1, name:'A'}", "VERSION_DESTROYED", "");
        call("vault.set", "{name:'A', value:'" + base64("of a new life") + "'}");
        refused("vault.fetch", "{agent:'hello', run:1, name:'A'}", "VERSION_DESTROYED", "");
        assertThat(call("vault.leases", "{}").toString()).contains("\"reads_left\":8");
    }

    @Test
    void namesTheFieldAtFault() throws Exception {
        refused("vault.init", "{}", "CREDENTIAL_INVALID", "passphrase");
        refused("vault.init", "{passphrase:'" + base64("short") + "'}", "CREDENTIAL_INVALID", "passphrase");
        refused("vault.init", "{key:'" + base64("short") + "'}", "CREDENTIAL_INVALID", "key");
        call("vault.init", "{key:'" + key(1) + "'}");
        refused("vault.set", "{name:'../x', value:'" + VALUE + "'}", "NAME_INVALID", "name");
        refused("vault.set", "{name:'A', value:''}", "VALUE_EMPTY", "value");
        refused("vault.set", "{name:'A', value:'" + VALUE + "', ttl:1}", "UNKNOWN", "ttl");
        refused("vault.lease", "{agent:'a', run:1, refs:[{name:'A'},{name:'1'}]}", "NAME_INVALID", "refs[1].name");
        refused("vault.lease", "{agent:'a', run:1, refs:[{name:'A', reads:0}]}", "OUT_OF_RANGE", "refs[0].reads");
        refused("vault.lease", "{agent:'a', run:true, refs:[]}", "WRONG_TYPE", "run");
        refused("vault.lease", "{agent:'a', run:'1 2', refs:[]}", "OUT_OF_RANGE", "run");
        refused("vault.lease", "{agent:'" + "a".repeat(65) + "', run:1, refs:[]}", "OUT_OF_RANGE", "agent");
        refused("vault.audit", "{max:1501}", "OUT_OF_RANGE", "max");
        refused("vault.lease", "{agent:'a', run:1, refs:[{name:'A'},{name:'A'}]}", "NAME_INVALID", "refs");
        refused("vault.delete", "{name:'NOT_THERE'}", "SECRET_UNKNOWN", "");
        refused("vault.import", "{transfer:'', key:'" + key(1) + "'}", "OUT_OF_RANGE", "transfer");
    }

    @Test
    void givesNothingOutThatIsNotRecorded() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        call("vault.lease", "{agent:'a', run:1, refs:[{name:'A', deliver:'fetch', reads:9}]}");
        files.failWritesTo(AuditFile.NAME);
        refused("vault.get", "{name:'A'}", "AUDIT_NOT_WRITTEN", "");
        refused("vault.fetch", "{agent:'a', run:1, name:'A'}", "AUDIT_NOT_WRITTEN", "");
        refused("vault.lease", "{agent:'b', run:1, refs:[{name:'A'}]}", "AUDIT_NOT_WRITTEN", "");
        refused("vault.export", "{" + PASSPHRASE + "}", "AUDIT_NOT_WRITTEN", "");
        for (String change : List.of("vault.delete", "vault.undelete", "vault.destroy")) {
            refused(change, "{name:'A'}", "AUDIT_NOT_WRITTEN", "");
        }
        refused("vault.set", "{name:'A', value:'" + VALUE + "'}", "AUDIT_NOT_WRITTEN", "");
        refused("vault.rekey", "{" + PASSPHRASE + ", new_key:'" + key(1) + "'}", "AUDIT_NOT_WRITTEN", "");
        assertThat(status().toString())
                .contains("\"versions\":1", "\"kind\":\"passphrase\"", "\"leases\":1,")
                .doesNotContain("\"kind\":\"key\"");
        assertThat(call("vault.leases", "{}").toString())
                .as("no read is used up")
                .contains("\"reads_left\":9");
        assertThat(call("vault.revoke", "{agent:'a'}").toString()).isEqualTo("{\"revoked\":1}");
        call("vault.seal", "{}");
        refused("vault.unseal", "{" + PASSPHRASE + "}", "AUDIT_NOT_WRITTEN", "");
        assertThat(status().get("state").getAsString()).isEqualTo("sealed");
        files.failWritesTo("");
        call("vault.unseal", "{" + PASSPHRASE + "}");
        assertThat(call("vault.get", "{name:'A'}").toString()).contains(VALUE);
        assertThat(call("vault.audit", "{}").toString())
                .contains("vault.audit_resumed", "\"event\":\"vault.read\",\"caller\":\"root\",\"name\":\"A\"")
                .endsWith("\"damaged\":0}")
                .doesNotContain(VALUE);
    }

    @Test
    void raisesTheAlarmThoughItCannotRecordIt() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'TRAP', value:'" + VALUE + "', canary:true}");
        files.failWritesTo(AuditFile.NAME);
        refused("vault.fetch", "{agent:'b', run:1, name:'TRAP'}", "CANARY", "");
        refused("vault.lease", "{agent:'c', run:1, refs:[{name:'TRAP'}]}", "CANARY", "");
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("{\"event\":\"vault.canary\",\"agent\":\"b\"", "{\"event\":\"vault.canary\",\"agent\":\"c\"");
    }

    /** The record fails that is written once all is done: the first one after the audit was in order. */
    @Test
    void takesBackWhatItCannotRecord() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        files.failWritesTo(AuditFile.NAME);
        refused("vault.lease", "{agent:'b', run:1, refs:[{name:'A'}]}", "AUDIT_NOT_WRITTEN", "");
        assertThat(status().get("leases").getAsInt()).isZero();
        recordable();
        files.failWritesTo(AuditFile.NAME);
        refused("vault.export", "{" + PASSPHRASE + "}", "AUDIT_NOT_WRITTEN", "");
        assertThat(files.has(FILE)).isFalse();
        recordable();
        call("vault.seal", "{}");
        files.failWritesTo(AuditFile.NAME);
        refused("vault.unseal", "{" + PASSPHRASE + "}", "AUDIT_NOT_WRITTEN", "");
        assertThat(status().get("state").getAsString()).isEqualTo("sealed");
    }

    private void recordable() throws Exception {
        files.failWritesTo("");
        refused("vault.get", "{name:'NOT_THERE'}", "SECRET_UNKNOWN", "");
    }

    /** A change with an unknown outcome may have been made. */
    @Test
    void recordsChangesThatFail() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        files.failWritesTo("vault");
        refused("vault.set", "{name:'A', value:'" + VALUE + "'}", "VAULT_NOT_WRITTEN", "");
        files.failWritesTo("vault.new");
        refused("vault.rekey", "{" + PASSPHRASE + ", new_key:'" + key(1) + "'}", "VAULT_NOT_WRITTEN", "");
        refused("vault.delete", "{name:'A'}", "SECRET_UNKNOWN", "");
        String failed = "\"event\":\"vault.failed\",\"caller\":\"root\",";
        assertThat(call("vault.audit", "{}").toString())
                .contains(
                        failed + "\"canary\":false,\"code\":\"VAULT_NOT_WRITTEN\",\"name\":\"A\",\"of\":\"vault.set\"}")
                .contains(failed + "\"code\":\"VAULT_NOT_WRITTEN\",\"keep\":false,\"new_data_key\":false,")
                .contains(failed + "\"code\":\"SECRET_UNKNOWN\",\"name\":\"A\",\"of\":\"vault.deleted\"}")
                .doesNotContain("vault.unseal_failed");
    }

    @Test
    void revokesWhileALongChangeOfTheVaultIsWaitedFor() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        call("vault.lease", "{agent:'a', run:1, refs:[{name:'A', deliver:'fetch', reads:1000}]}");
        List<CompletableFuture<JsonElement>> waiting = new ArrayList<>();
        synchronized (manager.vault()) {
            // One more than may wait: it is the first to be answered.
            for (int i = 0; i <= VaultService.MAX_AT_ONCE; i++) {
                waiting.add(inAThread("vault.fetch", "{agent:'a', run:1, name:'A'}"));
            }
            CompletableFuture<Object> first = CompletableFuture.anyOf(waiting.toArray(CompletableFuture[]::new));
            assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RpcException.class)
                    .hasMessageContaining("8 calls wait for the vault already");
            waiting.removeIf(CompletableFuture::isDone);
            assertThat(waiting).hasSize(VaultService.MAX_AT_ONCE);
            assertThat(inAThread("vault.revoke", "{agent:'a'}")
                            .get(20, TimeUnit.SECONDS)
                            .toString())
                    .isEqualTo("{\"revoked\":1}");
        }
        for (CompletableFuture<JsonElement> one : waiting) {
            assertThatThrownBy(() -> one.get(20, TimeUnit.SECONDS)).hasMessageContaining("revoked");
        }
        assertThat(call("vault.get", "{name:'A'}").toString()).contains(VALUE);
    }

    private CompletableFuture<JsonElement> inAThread(String method, String params) {
        CompletableFuture<JsonElement> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(call(method, params));
            } catch (RpcException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    @Test
    void recordsWhoLentExpiredAndRevoked() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.set", "{name:'A', value:'" + VALUE + "'}");
        call("vault.lease", "{agent:'a', run:1, refs:[{name:'A', ttl_s:5}]}");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        call("vault.lease", "{agent:'a', run:2, refs:[{name:'A'}]}");
        call("vault.lease", "{agent:'a', run:3, refs:[{name:'A'}]}");
        call("vault.revoke", "{agent:'a'}", OPERATOR);
        assertThat(call("vault.audit", "{after:5, max:100}").getAsJsonObject().getAsJsonArray("records"))
                .extracting(record -> record.toString().replaceAll(".*\"event\":|\"lease\":\"[^\"]*\",|[\"{}]", ""))
                .containsExactly(
                        "vault.lease,agent:a,names:[A],run:1",
                        "vault.expired,agent:a,names:[A],run:1",
                        "vault.revoke,agent:a,caller:root,run:1,state:ended",
                        "vault.lease,agent:a,names:[A],run:2",
                        "vault.revoke,agent:a,caller:root,run:2,state:ended",
                        "vault.lease,agent:a,names:[A],run:3",
                        "vault.revoke,agent:a,caller:gateway,run:3,state:revoked");
    }

    @Test
    void recordsNameTheOperatorOnWhoseBehalfTheGatewayCalls() throws Exception {
        Caller alice = new Caller("gateway", "gateway", Optional.of(new Operator("alice@example.com", "0".repeat(64))));
        call("vault.init", "{" + PASSPHRASE + "}", alice);
        call("vault.set", "{name:'A', value:'" + VALUE + "'}", alice);
        call("vault.lease", "{agent:'a', run:1, refs:[{name:'A'}]}");
        call("vault.revoke", "{agent:'a', run:1}", alice);
        assertThat(call("vault.audit", "{}").toString())
                .contains("\"event\":\"vault.created\",\"caller\":\"alice@example.com\"")
                .contains("\"event\":\"vault.set\",\"caller\":\"alice@example.com\"")
                .contains("\"caller\":\"alice@example.com\",\"lease\"", "\"state\":\"revoked\"")
                .doesNotContain("gateway");
    }

    @Test
    void showsNoValueInAnError() throws Exception {
        call("vault.init", "{key:'" + key(1) + "'}");
        files.failWritesTo("vault");
        assertThatThrownBy(() -> call("vault.set", "{name:'A', value:'" + VALUE + "'}"))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.detail()).isEqualTo("VAULT_NOT_WRITTEN"))
                .hasMessageNotContaining("sk-not")
                .hasMessageNotContaining(VALUE);
    }

    @Test
    void staysUpAndRefusesWithADamagedVault() throws Exception {
        files.put("vault", "not a vault".getBytes(StandardCharsets.US_ASCII));
        start();
        assertThat(status().get("code").getAsString()).isEqualTo("NOT_A_VAULT");
        refused("vault.set", "{name:'A', value:'" + VALUE + "'}", "NOT_A_VAULT", "");
        refused("vault.unseal", "{" + PASSPHRASE + "}", "NOT_A_VAULT", "");
        refused("vault.init", "{" + PASSPHRASE + "}", "VAULT_EXISTS", "");
        assertThat(files.bytes("vault")).asString().isEqualTo("not a vault");
    }

    @Test
    void aDamagedVaultDoesNotClearTheCountOfFailures() throws Exception {
        call("vault.init", "{" + PASSPHRASE + "}");
        call("vault.seal", "{}");
        byte[] whole = files.bytes("vault");
        refused("vault.unseal", "{" + WRONG + "}", "WRONG_KEY", "");
        files.put("vault", new byte[] {1});
        refused("vault.unseal", "{" + WRONG + "}", "NOT_A_VAULT", "");
        assertThat(status().get("failed_attempts").getAsInt()).isEqualTo(1);
        files.put("vault", whole);
        call("vault.unseal", "{" + PASSPHRASE + "}");
        assertThat(status().get("failed_attempts").getAsInt()).isZero();
    }

    @Test
    void lendsToRootOnly() {
        assertThat(methods.values().stream()
                        .filter(method -> !method.callers().contains("gateway"))
                        .map(RpcMethod::name))
                .containsExactlyInAnyOrder("vault.lease", "vault.fetch", "vault.gate_value", "vault.gate_leases");
        assertThat(methods.values())
                .allSatisfy(
                        method -> assertThat(Set.of("root", "gateway", "gate")).containsAll(method.callers()));
    }

    private void reopen(String credential, boolean opens) throws Exception {
        call("vault.seal", "{}");
        start();
        if (opens) {
            call("vault.unseal", credential);
        } else {
            refused("vault.unseal", credential, "WRONG_KEY", "");
            call("vault.unseal", "{key:'" + key(4) + "'}", ROOT, List.of("{key:'" + key(2) + "'}"));
        }
    }

    /** The first of the calls that is not refused. */
    private void call(String method, String params, Caller caller, List<String> others) throws RpcException {
        try {
            call(method, params, caller);
        } catch (RpcException e) {
            call(method, others.getFirst(), caller);
        }
    }

    private JsonObject status() throws RpcException {
        return call("vault.status", "{}").getAsJsonObject();
    }

    private void refused(String method, String params, String detail, String field) {
        assertThatThrownBy(() -> call(method, params))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        e -> assertThat(List.of(e.detail(), e.field().orElse("")))
                                .isEqualTo(List.of(detail, field)));
    }

    private JsonElement call(String method, String params) throws RpcException {
        return call(method, params, ROOT);
    }

    private JsonElement call(String method, String params, Caller caller) throws RpcException {
        RpcMethod found = methods.get(method);
        if (found == null) {
            throw new AssertionError("no " + method);
        }
        return found.handler().handle(caller, JsonParser.parseString(params).getAsJsonObject());
    }

    private static String key(int seed) {
        byte[] key = new byte[VaultCrypto.KEY_BYTES];
        key[0] = (byte) seed;
        return Base64.getEncoder().encodeToString(key);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
