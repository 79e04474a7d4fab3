package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.EventSink;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class VaultServiceTest {
    private static final Caller ROOT = new Caller("root", "root");
    private static final String CANARY = base64("canary-value");

    private final MemoryFiles files = new MemoryFiles();
    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private Map<String, RpcMethod> methods = Map.of();

    @Test
    void setsListsGetsAndDeletes() throws Exception {
        serve();
        JsonObject info =
                call("vault.set", "{name:'OPENAI_KEY', value:'" + CANARY + "'}").getAsJsonObject();
        assertThat(info.toString()).isEqualTo("{\"name\":\"OPENAI_KEY\",\"version\":1,\"created\":1700000000}");
        assertThat(call("vault.list", "{}").toString()).isEqualTo("[" + info + "]");
        assertThat(call("vault.get", "{name:'OPENAI_KEY'}").toString()).isEqualTo("{\"value\":\"" + CANARY + "\"}");
        assertThat(call("vault.status", "{}").toString())
                .isEqualTo("{\"state\":\"open\",\"secrets\":1,\"generation\":2,\"created\":true,\"leases\":0}");
        call("vault.delete", "{name:'OPENAI_KEY'}");
        assertThat(call("vault.list", "{}").toString()).isEqualTo("[]");
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("vault.set")
                .doesNotContain(CANARY);
    }

    @Test
    void leasesAllOrNothing() throws Exception {
        serve();
        call("vault.set", "{name:'A', value:'" + CANARY + "'}");
        assertThat(call("vault.lease", "{agent:'hello', run:1, names:['A']}").toString())
                .isEqualTo("{\"secrets\":{\"A\":\"" + CANARY + "\"}}");
        assertThatThrownBy(() -> call("vault.lease", "{agent:'other', run:1, names:['A','B','C']}"))
                .isInstanceOfSatisfying(RpcException.class, e -> {
                    assertThat(e.code()).isEqualTo(RpcException.Code.NOT_FOUND);
                    assertThat(e.detail()).isEqualTo("SECRET_UNKNOWN");
                    assertThat(e.field()).contains("names");
                    assertThat(e).hasMessageContaining("no B, C");
                });
        assertThat(call("vault.status", "{}").getAsJsonObject().get("leases").getAsInt())
                .isEqualTo(1);
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("\"vault.lease\"", "\"vault.denied\"")
                .doesNotContain(CANARY);
    }

    @Test
    void endsALeaseWithItsRunOnly() throws Exception {
        serve();
        call("vault.lease", "{agent:'hello', run:1, names:[]}");
        call("vault.lease", "{agent:'hello', run:2, names:[]}");
        assertThat(revoked("{agent:'hello', run:1}")).as("a run that is over").isFalse();
        assertThat(revoked("{agent:'hello', run:2}")).isTrue();
        assertThat(revoked("{agent:'hello', run:2}")).as("again").isFalse();
    }

    @Test
    void namesTheFieldAtFault() throws Exception {
        serve();
        refused("vault.set", "{name:'../x', value:'" + CANARY + "'}", "NAME_INVALID", "name");
        refused("vault.set", "{name:'A', value:''}", "VALUE_EMPTY", "");
        refused("vault.set", "{name:'A', value:'" + CANARY + "', ttl:1}", "UNKNOWN", "ttl");
        refused("vault.lease", "{agent:'a', run:1, names:['A','1']}", "NAME_INVALID", "names[1]");
        refused("vault.lease", "{agent:'a', run:true, names:[]}", "WRONG_TYPE", "run");
        refused("vault.delete", "{name:'NOT_THERE'}", "SECRET_UNKNOWN", "name");
        refused("vault.get", "{name:'NOT_THERE'}", "SECRET_UNKNOWN", "name");
    }

    @Test
    void showsNoValueInAnError() throws Exception {
        serve();
        files.cutPowerAtStep(0, new Random(1));
        assertThatThrownBy(() -> call("vault.set", "{name:'A', value:'" + CANARY + "'}"))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.detail()).isEqualTo("VAULT_NOT_WRITTEN"))
                .hasMessageNotContaining("canary")
                .hasMessageNotContaining(CANARY);
    }

    @Test
    void staysUpAndRefusesWithoutAVault() throws Exception {
        files.put("vault", "not a vault".getBytes(StandardCharsets.US_ASCII));
        files.put("vault.key", new byte[32]);
        serve();
        assertThat(call("vault.status", "{}").getAsJsonObject().get("detail").getAsString())
                .isEqualTo("NOT_A_VAULT");
        refused("vault.set", "{name:'A', value:'" + CANARY + "'}", "NOT_A_VAULT", "");
        refused("vault.list", "{}", "NOT_A_VAULT", "");
        refused("vault.lease", "{agent:'a', run:1, names:[]}", "NOT_A_VAULT", "");
        assertThat(files.bytes("vault")).asString().isEqualTo("not a vault");
    }

    @Test
    void letsOnlyRootReadValues() throws Exception {
        serve();
        assertThat(methods.values().stream()
                        .filter(method -> method.callers().contains("gateway"))
                        .map(RpcMethod::name))
                .containsExactlyInAnyOrder("vault.status", "vault.set", "vault.list", "vault.delete");
        assertThat(methods.values())
                .allSatisfy(method -> assertThat(Set.of("root", "gateway")).containsAll(method.callers()));
    }

    private void serve() throws Exception {
        VaultService service = new VaultService(Vaults.store(files, 1).open(), new Leases(), new EventSink(events));
        methods = service.methods().stream().collect(Collectors.toMap(RpcMethod::name, Function.identity()));
    }

    private boolean revoked(String params) throws RpcException {
        return call("vault.revoke", params).getAsJsonObject().get("revoked").getAsBoolean();
    }

    private void refused(String method, String params, String detail, String field) {
        assertThatThrownBy(() -> call(method, params))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        e -> assertThat(List.of(e.detail(), e.field().orElse("")))
                                .isEqualTo(List.of(detail, field)));
    }

    private JsonElement call(String method, String params) throws RpcException {
        RpcMethod found = methods.get(method);
        if (found == null) {
            throw new AssertionError("no " + method);
        }
        return found.handler().handle(ROOT, JsonParser.parseString(params).getAsJsonObject());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
