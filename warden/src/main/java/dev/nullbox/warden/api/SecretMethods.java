package dev.nullbox.warden.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.vault.SecretInfo;
import dev.nullbox.warden.vault.SecretName;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultKeeper;
import dev.nullbox.warden.vault.crypto.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Warden's methods for secrets. */
final class SecretMethods {
    private static final int LIST_DEFAULT = 1_000;
    /** Each takes at most 170 bytes: so many fit one message. */
    private static final int LIST_MOST = 5_000;

    private final VaultKeeper keeper;
    private final Audit audit;

    SecretMethods(VaultKeeper keeper, Audit audit) {
        this.keeper = keeper;
        this.audit = audit;
    }

    List<RpcMethod> methods() {
        return List.of(
                method("vault.set", this::set),
                method("vault.get", this::get),
                method("vault.list", (caller, params) -> list(params)),
                method("vault.history", (caller, params) -> history(params)),
                method("vault.delete", this::delete),
                method("vault.undelete", this::undelete),
                method("vault.destroy", this::destroy));
    }

    /** A method's body. */
    @FunctionalInterface
    private interface Body {
        JsonElement answer(Caller caller, Params params) throws RpcException;
    }

    private static RpcMethod method(String name, Body body) {
        return new RpcMethod(name, VaultService.OPERATORS, (caller, params) -> body.answer(caller, new Params(params)));
    }

    private JsonElement set(Caller caller, Params params) throws RpcException {
        SecretName name = name(params);
        boolean canary = params.optionalBool("canary", false);
        try (Secret value = Secret.owning(params.base64("value"))) {
            params.done();
            Vault vault = Answers.ask(keeper::vault);
            Map<String, ?> asked = Audit.with(asked(caller, name), "canary", canary);
            SecretInfo set = Answers.ask(() -> audit.change(
                    "vault.set",
                    asked,
                    () -> vault.set(name, value, canary),
                    info -> Audit.with(asked, "version", info.version())));
            return Answers.json(set);
        }
    }

    private JsonElement get(Caller caller, Params params) throws RpcException {
        SecretName name = name(params);
        Optional<Integer> version = Answers.version(params);
        params.done();
        Vault.Version found = Answers.ask(() -> keeper.vault().get(name, version));
        try (Secret value = found.value()) {
            int read = found.info().version();
            Answers.make(() ->
                    audit.release(Ring.OPERATORS, "vault.read", Audit.with(asked(caller, name), "version", read)));
            JsonObject result = new JsonObject();
            result.addProperty("name", name.value());
            result.addProperty("version", read);
            result.add("value", Answers.base64(value.bytes()));
            return result;
        }
    }

    private JsonElement list(Params params) throws RpcException {
        Optional<String> text = params.optionalString("after");
        Optional<SecretName> after =
                text.isPresent() ? Optional.of(Answers.name(text.get(), "after")) : Optional.empty();
        int max = (int) params.optionalInteger("max", 1, LIST_MOST, LIST_DEFAULT);
        boolean deleted = params.optionalBool("deleted", false);
        params.done();
        JsonArray list = new JsonArray();
        for (SecretInfo info : Answers.ask(() -> keeper.vault().list(after, max, deleted))) {
            list.add(Answers.json(info));
        }
        return list;
    }

    private JsonElement history(Params params) throws RpcException {
        SecretName name = name(params);
        params.done();
        List<SecretInfo> history = Answers.ask(() -> keeper.vault().history(name));
        JsonArray versions = new JsonArray();
        for (SecretInfo info : history) {
            JsonObject version = Answers.json(info);
            version.remove("name");
            versions.add(version);
        }
        JsonObject result = new JsonObject();
        result.addProperty("name", name.value());
        result.addProperty("deleted", history.stream().anyMatch(info -> info.state() == SecretInfo.State.DELETED));
        result.add("versions", versions);
        return result;
    }

    private JsonElement delete(Caller caller, Params params) throws RpcException {
        SecretName name = name(params);
        params.done();
        Vault vault = Answers.ask(keeper::vault);
        Map<String, ?> asked = asked(caller, name);
        Answers.make(() -> audit.change(
                "vault.deleted",
                asked,
                () -> {
                    vault.delete(name);
                    return name;
                },
                _ -> asked));
        return Answers.nothing();
    }

    private JsonElement undelete(Caller caller, Params params) throws RpcException {
        SecretName name = name(params);
        params.done();
        Vault vault = Answers.ask(keeper::vault);
        Map<String, ?> asked = asked(caller, name);
        return Answers.json(
                Answers.ask(() -> audit.change("vault.undeleted", asked, () -> vault.undelete(name), _ -> asked)));
    }

    private JsonElement destroy(Caller caller, Params params) throws RpcException {
        SecretName name = name(params);
        Optional<Integer> version = Answers.version(params);
        params.done();
        Vault vault = Answers.ask(keeper::vault);
        Map<String, ?> who = asked(caller, name);
        Map<String, ?> asked = version.isEmpty() ? who : Audit.with(who, "version", version.get());
        int destroyed = Answers.ask(() -> audit.change(
                "vault.destroyed",
                asked,
                () -> vault.destroy(name, version),
                count -> Audit.with(who, "versions", count)));
        JsonObject result = new JsonObject();
        result.addProperty("destroyed", destroyed);
        return result;
    }

    private static Map<String, String> asked(Caller caller, SecretName name) {
        return Map.of("name", name.value(), "caller", caller.user());
    }

    private static SecretName name(Params params) throws RpcException {
        return Answers.name(params.string("name"), "name");
    }
}
