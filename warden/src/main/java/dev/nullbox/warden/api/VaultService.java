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
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.Transfers;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.VaultCode;
import dev.nullbox.warden.vault.VaultException;
import dev.nullbox.warden.vault.VaultKeeper;
import dev.nullbox.warden.vault.VaultOpenResult;
import dev.nullbox.warden.vault.crypto.Credential;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Warden's methods for the vault itself, and the list of all; docs/vault-methods.md has their parameters, answers and
 * errors.
 *
 * <p>Values and passphrases cross the socket in base 64, and stand in strings that cannot be wiped until the garbage
 * collector takes them: warden dumps no core, and no other user reads its memory.
 */
public final class VaultService {
    static final Set<String> ROOT = Set.of("root");
    static final Set<String> OPERATORS = Set.of("root", "gateway");

    /** Calls that may be at the vault, which serves one after the other, at once. */
    public static final int MAX_AT_ONCE = 8;

    /** Those that need no turn. */
    private static final Set<String> FREE = Set.of("vault.leases", "vault.revoke", "vault.seal", "vault.audit");

    private final VaultKeeper keeper;
    private final Transfers transfers;
    private final Leases leases;
    private final Audit audit;
    private final boolean memoryLocked;
    private final Semaphore turns = new Semaphore(MAX_AT_ONCE);

    /** @param memoryLocked whether no page of this process can leave memory, for {@code vault.status} */
    public VaultService(VaultKeeper keeper, Transfers transfers, Leases leases, Audit audit, boolean memoryLocked) {
        this.keeper = keeper;
        this.transfers = transfers;
        this.leases = leases;
        this.audit = audit;
        this.memoryLocked = memoryLocked;
    }

    /** All methods, with their callers. */
    public List<RpcMethod> methods() {
        List<RpcMethod> methods = new ArrayList<>(List.of(
                new RpcMethod("vault.status", OPERATORS, (caller, params) -> status(new Params(params))),
                new RpcMethod("vault.init", OPERATORS, (caller, params) -> init(caller, new Params(params))),
                new RpcMethod("vault.unseal", OPERATORS, (caller, params) -> unseal(caller, new Params(params))),
                new RpcMethod("vault.seal", OPERATORS, (caller, params) -> seal(caller, new Params(params))),
                new RpcMethod("vault.rekey", OPERATORS, (caller, params) -> rekey(caller, new Params(params)))));
        methods.addAll(new SecretMethods(keeper, audit).methods());
        methods.addAll(new TransferMethods(transfers, audit).methods());
        methods.addAll(new LeaseMethods(keeper, leases, audit).methods());
        methods.add(new RpcMethod("vault.audit", OPERATORS, (caller, params) -> audit(new Params(params))));
        return methods.stream().map(this::bounded).toList();
    }

    /** Leaves workers free to take back what is lent, and to seal, while a long change of the vault is waited for. */
    private RpcMethod bounded(RpcMethod method) {
        if (FREE.contains(method.name())) {
            return method;
        }
        return new RpcMethod(method.name(), method.callers(), (caller, params) -> {
            if (!turns.tryAcquire()) {
                throw new RpcException(
                        RpcException.Code.UNAVAILABLE,
                        VaultCode.VAULT_BUSY.name(),
                        MAX_AT_ONCE + " calls wait for the vault already; ask again");
            }
            try {
                return method.handler().handle(caller, params);
            } finally {
                turns.release();
            }
        });
    }

    private JsonElement status(Params params) throws RpcException {
        params.done();
        JsonObject status = new JsonObject();
        switch (keeper.state()) {
            case VaultKeeper.State.New() -> status.addProperty("state", "new");
            case VaultKeeper.State.Sealed _ -> status.addProperty("state", "sealed");
            case VaultKeeper.State.Unsealed(Vault vault) -> {
                status.addProperty("state", "unsealed");
                status.addProperty("secrets", vault.size().secrets());
                status.addProperty("versions", vault.size().versions());
                status.addProperty("bytes", vault.size().bytes());
            }
            case VaultKeeper.State.Refused(VaultOpenResult.Refused why) -> {
                status.addProperty("state", "refused");
                status.addProperty("code", why.code().name());
                status.addProperty("reason", why.message());
            }
        }
        status.add("slots", json(keeper.slots()));
        status.addProperty("failed_attempts", keeper.failedAttempts());
        status.addProperty("retry_after_s", keeper.retryAfterSeconds());
        status.addProperty("leases", leases.active());
        status.addProperty("memory_locked", memoryLocked);
        return status;
    }

    private JsonElement init(Caller caller, Params params) throws RpcException {
        List<Credential> credentials = new ArrayList<>();
        try {
            if (params.has("passphrase")) {
                credentials.add(Answers.passphrase(params, "passphrase"));
            }
            if (params.has("key")) {
                credentials.add(Answers.key(params, "key"));
            }
            params.done();
            if (credentials.isEmpty()) {
                throw Answers.invalid(VaultCode.CREDENTIAL_INVALID, "give a passphrase, a key or both", "passphrase");
            }
            Map<String, ?> asked = Map.of("slots", credentials.size(), "caller", caller.user());
            Vault vault =
                    Answers.ask(() -> audit.change("vault.created", asked, () -> keeper.init(credentials), _ -> asked));
            JsonObject result = new JsonObject();
            result.addProperty("vault", HexFormat.of().formatHex(vault.vaultId()));
            result.add("slots", json(keeper.slots()));
            return result;
        } finally {
            credentials.forEach(Credential::close);
        }
    }

    private JsonElement unseal(Caller caller, Params params) throws RpcException {
        try (Credential credential = Answers.credential(params)) {
            params.done();
            VaultKeeper.Opened opened = attempt(caller, () -> keeper.unseal(credential));
            boolean recorded = false;
            try {
                Answers.make(() -> audit.release(
                        Ring.OPERATORS,
                        "vault.unsealed",
                        Map.of(
                                "slot", opened.slot(),
                                "secrets", opened.size().secrets(),
                                "caller", caller.user())));
                recorded = true;
            } finally {
                if (!recorded) {
                    keeper.sealIfOpen();
                }
            }
            JsonObject result = new JsonObject();
            result.addProperty("slot", opened.slot());
            result.addProperty("secrets", opened.size().secrets());
            result.addProperty("versions", opened.size().versions());
            return result;
        }
    }

    private JsonElement audit(Params params) throws RpcException {
        long after = params.optionalInteger("after", 0, Long.MAX_VALUE, 0);
        int max = (int) params.optionalInteger("max", 1, Audit.MAX_PAGE, Audit.MAX_PAGE);
        params.done();
        Audit.Page page = audit.page(after, max);
        JsonArray records = new JsonArray();
        page.records().forEach(records::add);
        JsonObject result = new JsonObject();
        result.add("records", records);
        result.addProperty("damaged", page.damaged());
        return result;
    }

    private JsonElement seal(Caller caller, Params params) throws RpcException {
        params.done();
        Answers.make(keeper::seal);
        audit.note(Ring.OPERATORS, "vault.sealed", Map.of("caller", caller.user()));
        Answers.make(transfers::clear);
        return Answers.nothing();
    }

    private JsonElement rekey(Caller caller, Params params) throws RpcException {
        try (Credential proof = Answers.credential(params)) {
            List<VaultKeeper.Slot> slots;
            if (params.has("remove")) {
                int number = (int) params.integer("remove", 1, 255);
                params.done();
                slots = attempt(
                        caller, () -> keeper.removeSlot(proof, number, rekeyed(caller, Map.of("remove", number))));
            } else {
                try (Credential replacement = Answers.credential(params, "new_passphrase", "new_key")) {
                    boolean keep = params.optionalBool("keep", false);
                    boolean newDataKey = params.optionalBool("new_data_key", false);
                    params.done();
                    Map<String, ?> asked = Map.of("keep", keep, "new_data_key", newDataKey);
                    slots = attempt(
                            caller, () -> keeper.rekey(proof, replacement, keep, newDataKey, rekeyed(caller, asked)));
                }
            }
            JsonObject result = new JsonObject();
            result.add("slots", json(slots));
            return result;
        }
    }

    private VaultAction.Around<List<VaultKeeper.Slot>> rekeyed(Caller caller, Map<String, ?> asked) {
        return change -> audit.change(
                "vault.rekeyed",
                Audit.with(asked, "caller", caller.user()),
                change,
                slots -> Map.of("slots", json(slots), "caller", caller.user()));
    }

    /** Something that a wrong credential ends, which is an event of its own. */
    private <T> T attempt(Caller caller, VaultAction<T> question) throws RpcException {
        return Answers.ask(() -> {
            audit.ready();
            try {
                return question.run();
            } catch (VaultException e) {
                if (e.code() == VaultCode.ATTEMPTS_DELAYED || VaultOpenResult.Refused.CLASSES.contains(e.code())) {
                    notOpened(caller, e.code());
                }
                throw e;
            }
        });
    }

    private void notOpened(Caller caller, VaultCode why) {
        Map<String, ?> fields = Map.of(
                "code", why.name(),
                "failed_attempts", keeper.failedAttempts(),
                "retry_after_s", keeper.retryAfterSeconds(),
                "caller", caller.user());
        if (why == VaultCode.WRONG_KEY) {
            // Slowed already, so that it cannot flush what it stands among.
            audit.note(Ring.OPERATORS, "vault.unseal_failed", fields);
        } else {
            audit.refusal(caller.user(), "vault.unseal_failed", fields);
        }
    }

    private static JsonArray json(List<VaultKeeper.Slot> slots) {
        JsonArray array = new JsonArray();
        for (VaultKeeper.Slot slot : slots) {
            JsonObject json = new JsonObject();
            json.addProperty("slot", slot.number());
            json.addProperty("kind", slot.kind());
            array.add(json);
        }
        return array;
    }
}
