package dev.nullbox.warden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.EventSink;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Warden's methods. Values cross the socket in base 64, and stand in strings that cannot be wiped until the garbage
 * collector takes them: warden dumps no core, and no other user reads its memory.
 */
public final class VaultService {
    private static final Set<String> ROOT = Set.of("root");
    private static final Set<String> OPERATORS = Set.of("root", "gateway");

    private final VaultOpenResult opened;
    private final Leases leases;
    private final EventSink events;

    /**
     * @param opened the vault, or why there is none: then every method but {@code vault.status} and
     *     {@code vault.revoke} says so
     */
    public VaultService(VaultOpenResult opened, Leases leases, EventSink events) {
        this.opened = opened;
        this.leases = leases;
        this.events = events;
    }

    /** All methods, with their callers. */
    public List<RpcMethod> methods() {
        return List.of(
                new RpcMethod("vault.status", OPERATORS, (caller, params) -> status(new Params(params))),
                new RpcMethod("vault.set", OPERATORS, (caller, params) -> set(new Params(params))),
                new RpcMethod("vault.list", OPERATORS, (caller, params) -> list(new Params(params))),
                new RpcMethod("vault.delete", OPERATORS, (caller, params) -> delete(new Params(params))),
                new RpcMethod("vault.get", ROOT, (caller, params) -> get(new Params(params))),
                new RpcMethod("vault.lease", ROOT, (caller, params) -> lease(new Params(params))),
                new RpcMethod("vault.revoke", ROOT, (caller, params) -> revoke(new Params(params))));
    }

    private JsonElement status(Params params) throws RpcException {
        params.done();
        JsonObject status = new JsonObject();
        switch (opened) {
            case VaultOpenResult.Opened(Vault vault, boolean created) -> {
                status.addProperty("state", "open");
                status.addProperty("secrets", vault.size());
                status.addProperty("generation", vault.generation());
                status.addProperty("created", created);
            }
            case VaultOpenResult.Refused refused -> {
                status.addProperty("state", "refused");
                status.addProperty("detail", refused.code().name());
                status.addProperty("reason", refused.message());
            }
        }
        status.addProperty("leases", leases.list().size());
        return status;
    }

    private JsonElement set(Params params) throws RpcException {
        SecretName name = name(params.string("name"), "name");
        try (Secret value = Secret.owning(params.base64("value"))) {
            params.done();
            SecretInfo info = change(vault -> vault.set(name, value));
            events.emit("vault.set", Map.of("name", name.value(), "version", info.version()));
            return json(info);
        }
    }

    private JsonElement list(Params params) throws RpcException {
        params.done();
        JsonArray list = new JsonArray();
        for (SecretInfo info : change(Vault::list)) {
            list.add(json(info));
        }
        return list;
    }

    private JsonElement delete(Params params) throws RpcException {
        SecretName name = name(params.string("name"), "name");
        params.done();
        if (!change(vault -> vault.delete(name))) {
            throw unknown(List.of(name.value()), "name");
        }
        events.emit("vault.deleted", Map.of("name", name.value()));
        return new JsonObject();
    }

    private JsonElement get(Params params) throws RpcException {
        SecretName name = name(params.string("name"), "name");
        params.done();
        Optional<Secret> found = change(vault -> vault.get(name));
        if (found.isEmpty()) {
            throw unknown(List.of(name.value()), "name");
        }
        try (Secret value = found.get()) {
            events.emit("vault.get", Map.of("name", name.value()));
            JsonObject result = new JsonObject();
            result.add("value", base64(value));
            return result;
        }
    }

    private JsonElement lease(Params params) throws RpcException {
        String agent = params.string("agent");
        String run = run(params);
        Set<SecretName> names = names(params.strings("names"));
        params.done();
        Map<SecretName, Secret> values = new LinkedHashMap<>();
        try {
            collect(names, values);
            Leases.Lease lease = new Leases.Lease(agent, run, List.copyOf(names));
            change(vault -> {
                leases.grant(lease);
                return lease;
            });
            JsonObject secrets = new JsonObject();
            values.forEach((name, value) -> secrets.add(name.value(), base64(value)));
            events.emit("vault.lease", Map.of("agent", agent, "run", run, "names", array(names)));
            JsonObject result = new JsonObject();
            result.add("secrets", secrets);
            return result;
        } catch (RpcException e) {
            events.emit(
                    "vault.denied",
                    Map.of("method", "vault.lease", "agent", agent, "detail", e.detail(), "names", array(names)));
            throw e;
        } finally {
            values.values().forEach(Secret::close);
        }
    }

    /** All values or none: the error names every secret that is missing. */
    private void collect(Set<SecretName> names, Map<SecretName, Secret> values) throws RpcException {
        List<String> missing = new ArrayList<>();
        int bytes = 0;
        for (SecretName name : names) {
            Optional<Secret> value = change(vault -> vault.get(name));
            if (value.isEmpty()) {
                missing.add(name.value());
                continue;
            }
            values.put(name, value.get());
            bytes += value.get().length();
        }
        if (!missing.isEmpty()) {
            throw unknown(missing, "names");
        }
        if (bytes > VaultLimits.MAX_LEASE_BYTES) {
            throw new RpcException(
                    RpcException.Code.INVALID_PARAMS,
                    VaultCode.LEASE_TOO_LARGE.name(),
                    "the values have " + bytes + " bytes, one lease at most " + VaultLimits.MAX_LEASE_BYTES,
                    "names");
        }
    }

    private JsonElement revoke(Params params) throws RpcException {
        String agent = params.string("agent");
        String run = run(params);
        params.done();
        Optional<Leases.Lease> ended = leases.revoke(agent, run);
        if (ended.isPresent()) {
            events.emit("vault.revoke", Map.of("agent", agent, "run", run));
        }
        JsonObject result = new JsonObject();
        result.addProperty("revoked", ended.isPresent());
        return result;
    }

    /** What a method asks of the vault. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Vault vault) throws VaultException, IOException;
    }

    private <T> T change(Question<T> question) throws RpcException {
        Vault vault = switch (opened) {
            case VaultOpenResult.Opened(Vault open, boolean _) -> open;
            case VaultOpenResult.Refused refused ->
                throw new RpcException(
                        RpcException.Code.UNAVAILABLE, refused.code().name(), refused.message());
        };
        try {
            return question.ask(vault);
        } catch (VaultException e) {
            throw new RpcException(kind(e.code()), e.code().name(), e.getMessage());
        } catch (IOException e) {
            throw new RpcException(
                    RpcException.Code.UNAVAILABLE,
                    VaultCode.VAULT_NOT_WRITTEN.name(),
                    "the vault could not be written: " + e.getMessage() + "; free space on the data partition");
        }
    }

    private static RpcException.Code kind(VaultCode code) {
        return switch (code) {
            case NAME_INVALID, VALUE_EMPTY, VALUE_TOO_LARGE, LEASE_TOO_LARGE -> RpcException.Code.INVALID_PARAMS;
            case SECRET_UNKNOWN -> RpcException.Code.NOT_FOUND;
            case TOO_MANY_SECRETS, VAULT_FULL, TOO_MANY_LEASES -> RpcException.Code.CONFLICT;
            case VAULT_NOT_WRITTEN,
                    VAULT_CLOSED,
                    KEY_MISSING,
                    KEY_MALFORMED,
                    WRONG_KEY,
                    NOT_A_VAULT,
                    WRONG_VERSION,
                    TRUNCATED,
                    TRAILING_BYTES,
                    TAMPERED,
                    TOO_LARGE -> RpcException.Code.UNAVAILABLE;
        };
    }

    /** A number or a string: cage's business, compared as text. */
    private static String run(Params params) throws RpcException {
        if (params.any("run") instanceof JsonPrimitive run && !run.isBoolean()) {
            return run.getAsString();
        }
        throw new RpcException(
                RpcException.Code.INVALID_PARAMS, "WRONG_TYPE", "the run is a number or a string", "run");
    }

    private static Set<SecretName> names(List<String> texts) throws RpcException {
        if (texts.size() > VaultLimits.MAX_LEASE_NAMES) {
            throw new RpcException(
                    RpcException.Code.INVALID_PARAMS,
                    VaultCode.LEASE_TOO_LARGE.name(),
                    texts.size() + " names, one lease has at most " + VaultLimits.MAX_LEASE_NAMES,
                    "names");
        }
        Set<SecretName> names = new LinkedHashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            names.add(name(texts.get(i), "names[" + i + "]"));
        }
        return names;
    }

    private static SecretName name(String text, String field) throws RpcException {
        if (!SecretName.isValid(text)) {
            throw new RpcException(
                    RpcException.Code.INVALID_PARAMS,
                    VaultCode.NAME_INVALID.name(),
                    "a secret's name is 1 to 64 of A-Z a-z 0-9 _, no digit first, as OPENAI_KEY",
                    field);
        }
        return new SecretName(text);
    }

    private static RpcException unknown(List<String> names, String field) {
        return new RpcException(
                RpcException.Code.NOT_FOUND,
                VaultCode.SECRET_UNKNOWN.name(),
                "the vault has no " + String.join(", ", names) + "; set it by nullctl vault set "
                        + String.join(" and ", names),
                field);
    }

    private static JsonObject json(SecretInfo info) {
        JsonObject json = new JsonObject();
        json.addProperty("name", info.name().value());
        json.addProperty("version", info.version());
        json.addProperty("created", info.created());
        return json;
    }

    private static JsonPrimitive base64(Secret value) {
        return new JsonPrimitive(Base64.getEncoder().encodeToString(value.bytes()));
    }

    private static JsonArray array(Set<SecretName> names) {
        JsonArray array = new JsonArray();
        names.forEach(name -> array.add(name.value()));
        return array;
    }
}
