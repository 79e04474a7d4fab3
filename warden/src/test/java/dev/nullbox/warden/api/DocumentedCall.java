package dev.nullbox.warden.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Field;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.MemoryFiles;
import dev.nullbox.warden.vault.VaultManager;
import dev.nullbox.warden.vault.Vaults;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A way to call a method, as the protocol or docs/vault-methods.md has it, tried out on a warden of its own that has no vault: warden
 * looks at its state only when the parameters are right.
 *
 * @param ref whether the parameters are those of one ref of the call
 * @param needs of each of these lists exactly one
 */
public record DocumentedCall(String method, boolean ref, List<List<String>> needs, List<String> may) {
    private static final String BYTES = "'" + Base64.getEncoder().encodeToString(new byte[VaultCrypto.KEY_BYTES]) + "'";

    /** A value for each parameter that is right wherever it is one. */
    static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("passphrase", BYTES),
            Map.entry("key", BYTES),
            Map.entry("new_passphrase", BYTES),
            Map.entry("new_key", BYTES),
            Map.entry("value", BYTES),
            Map.entry("data", BYTES),
            Map.entry("keep", "true"),
            Map.entry("new_data_key", "true"),
            Map.entry("canary", "true"),
            Map.entry("deleted", "true"),
            Map.entry("overwrite", "true"),
            Map.entry("remove", "1"),
            Map.entry("version", "1"),
            Map.entry("max", "1"),
            Map.entry("offset", "0"),
            Map.entry("wait_ms", "0"),
            Map.entry("reads", "1"),
            Map.entry("ttl_s", "1"),
            Map.entry("sha256", "'" + "0".repeat(64) + "'"),
            Map.entry("run", "1"),
            Map.entry("live_runs", "['1']"),
            Map.entry("name", "'A'"),
            Map.entry("agent", "'a'"),
            Map.entry("transfer", "'t'"),
            Map.entry("lease", "'L'"),
            Map.entry("host", "'h'"),
            Map.entry("deliver", "'fetch'"),
            Map.entry("vault.list after", "'A'"),
            Map.entry("vault.leases after", "0"),
            Map.entry("vault.gate_leases after", "0"),
            Map.entry("vault.audit after", "0"),
            Map.entry("refs", "[{name:'A'}]"));

    /** As a row of the document has them: {@code `a`, `b` or `c`, `d?`}. */
    static DocumentedCall of(String method, String parameters) {
        List<List<String>> needs = new ArrayList<>();
        List<String> may = new ArrayList<>();
        String plain = parameters.replaceAll("\\(.*?\\)|:.*|`", "").replace("credential", "passphrase or key");
        for (String parameter : plain.split(", ", -1)) {
            String text = parameter.strip();
            if (text.endsWith("?")) {
                may.add(text.substring(0, text.length() - 1));
            } else if (!text.isEmpty()) {
                needs.add(List.of(text.split(" or ", -1)));
            }
        }
        return new DocumentedCall(method, false, needs, may);
    }

    /** As the protocol has them. */
    static DocumentedCall of(String method, boolean ref, List<Field<?>> fields) {
        return new DocumentedCall(
                method,
                ref,
                fields.stream()
                        .filter(Field::required)
                        .map(field -> List.of(field.name()))
                        .toList(),
                fields.stream()
                        .filter(field -> !field.required())
                        .map(Field::name)
                        .toList());
    }

    Set<String> all() {
        Set<String> all = new TreeSet<>(may);
        needs.forEach(all::addAll);
        return all;
    }

    /** A call with all that may be there together. */
    JsonObject call() {
        JsonObject call = new JsonObject();
        Stream.concat(needs.stream().map(List::getFirst), may.stream()).forEach(name -> call.add(name, value(name)));
        return call;
    }

    JsonObject without(String name) {
        JsonObject call = call();
        call.remove(name);
        return call;
    }

    JsonObject with(String name, JsonElement value) {
        JsonObject call = call();
        call.add(name, value);
        return call;
    }

    JsonElement value(String name) {
        String value = VALUES.getOrDefault(method + " " + name, VALUES.getOrDefault(name, ""));
        assertThat(value).as("a value for " + name).isNotEmpty();
        return JsonParser.parseString(value);
    }

    /** Why the parameters are refused, if they are. */
    Optional<RpcException> refusal(JsonObject parameters) throws IOException {
        RpcMethod called = methods().stream()
                .filter(one -> one.name().equals(method))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + method));
        try {
            called.handler().handle(new Caller("root", "root"), ref ? around(parameters) : parameters);
            return Optional.empty();
        } catch (RpcException e) {
            return Optional.of(e).filter(refusal -> refusal.kind() == ErrorKind.INVALID_PARAMS);
        }
    }

    /** The methods of a warden that has no vault yet. */
    public static List<RpcMethod> methods() throws IOException {
        VaultManager manager = VaultManager.of(Vaults.store(new MemoryFiles(), 1), () -> 0);
        Leases leases = new Leases(() -> Instant.EPOCH, () -> 0, (lease, names) -> {});
        EventSink nowhere = new EventSink(OutputStream.nullOutputStream());
        Audit audit = new Audit(manager.store().files(), () -> Instant.EPOCH, () -> 0, nowhere);
        return new VaultService(manager, manager.store().transfers(() -> 0), leases, audit, true).methods();
    }

    private static JsonObject around(JsonObject ref) {
        JsonArray refs = new JsonArray();
        refs.add(ref);
        JsonObject call = JsonParser.parseString("{agent:'a', run:1}").getAsJsonObject();
        call.add("refs", refs);
        return call;
    }
}
