package dev.nullbox.warden.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.lease.Lease;
import dev.nullbox.warden.lease.LeaseRef;
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.SecretName;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultCode;
import dev.nullbox.warden.vault.VaultException;
import dev.nullbox.warden.vault.VaultKeeper;
import dev.nullbox.warden.vault.VaultLimits;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Warden's methods for leases. */
final class LeaseMethods {
    private static final long MAX_WAIT_MILLIS = 20_000;
    /** Room for the list in one message, with what stands around it. */
    private static final int MAX_LIST_CHARS = 900_000;

    /** They fit one record: whoever is refused must not fill several at once. */
    private static final int NAMES_OF_A_REFUSAL = 3;

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final VaultKeeper keeper;
    private final Leases leases;
    private final Audit audit;

    LeaseMethods(VaultKeeper keeper, Leases leases, Audit audit) {
        this.keeper = keeper;
        this.leases = leases;
        this.audit = audit;
    }

    List<RpcMethod> methods() {
        return List.of(
                new RpcMethod("vault.lease", VaultService.ROOT, (caller, params) -> lease(caller, new Params(params))),
                new RpcMethod("vault.fetch", VaultService.ROOT, (caller, params) -> fetch(new Params(params))),
                new RpcMethod("vault.leases", VaultService.OPERATORS, (caller, params) -> list(new Params(params))),
                new RpcMethod(
                        "vault.revoke",
                        VaultService.OPERATORS,
                        (caller, params) -> revoke(caller, new Params(params))));
    }

    private JsonElement lease(Caller caller, Params params) throws RpcException {
        long asked = leases.moment();
        String agent = agent(params);
        String run = run(params);
        List<LeaseRequest> requests = LeaseRequest.read(params);
        params.done();
        Map<SecretName, Secret> values = new LinkedHashMap<>();
        try {
            List<LeaseRef> refs = collect(agent, run, requests, values);
            Lease lease = grant(caller, agent, run, refs, asked);
            JsonObject secrets = new JsonObject();
            for (LeaseRef ref : refs) {
                Secret value = values.get(ref.name());
                if (value != null && ref.delivery() == LeaseRef.Delivery.FILE) {
                    secrets.add(ref.name().value(), Answers.base64(value.bytes()));
                }
            }
            JsonObject result = new JsonObject();
            result.addProperty("lease", lease.id());
            result.add("secrets", secrets);
            return result;
        } catch (RpcException e) {
            denied(
                    "vault.lease",
                    agent,
                    e,
                    requests.stream().map(LeaseRequest::name).toList());
            throw e;
        } finally {
            values.values().forEach(Secret::close);
        }
    }

    private Lease grant(Caller caller, String agent, String run, List<LeaseRef> refs, long asked) throws RpcException {
        Leases.Granted granted = Answers.ask(() -> leases.grant(agent, run, refs, asked));
        granted.ended().forEach(lease -> over(caller, lease));
        Lease lease = granted.lease();
        try {
            Answers.make(() -> audit.release(
                    Ring.AGENTS,
                    "vault.lease",
                    Map.of("agent", agent, "run", run, "lease", lease.id(), "names", Audit.names(lease.names()))));
            return lease;
        } catch (RpcException e) {
            leases.end(lease.id(), Lease.State.ENDED).forEach(one -> over(caller, one));
            throw e;
        }
    }

    /** All values or none: the error names every secret that is missing. */
    private List<LeaseRef> collect(
            String agent, String run, List<LeaseRequest> requests, Map<SecretName, Secret> values) throws RpcException {
        List<LeaseRef> refs = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        Vault vault = Answers.ask(keeper::vault);
        int bytes = 0;
        for (LeaseRequest request : requests) {
            try {
                Vault.Version found = Answers.ask(() -> vault.lend(request.name(), request.version()));
                values.put(request.name(), found.value());
                bytes += found.value().length();
                refs.add(request.ref(found));
            } catch (RpcException e) {
                alarmIfCanary(e, agent, run, request.name());
                if (!e.detail().equals(VaultCode.SECRET_UNKNOWN.name())) {
                    throw e;
                }
                missing.add(request.name().value());
            }
        }
        if (!missing.isEmpty()) {
            throw new RpcException(
                    RpcException.Code.NOT_FOUND,
                    VaultCode.SECRET_UNKNOWN.name(),
                    "the vault has no " + String.join(", ", missing) + "; nullctl vault set NAME adds one",
                    "refs");
        }
        if (bytes > VaultLimits.MAX_LEASE_BYTES) {
            throw Answers.invalid(
                    VaultCode.LEASE_TOO_LARGE,
                    "the values have " + bytes + " bytes, one lease at most " + VaultLimits.MAX_LEASE_BYTES,
                    "refs");
        }
        return refs;
    }

    private JsonElement fetch(Params params) throws RpcException {
        String agent = agent(params);
        String run = run(params);
        SecretName name = Answers.name(params.string("name"), "name");
        params.done();
        try {
            Vault vault = Answers.ask(keeper::vault);
            // Before it is known whether it was ever lent.
            Answers.make(() -> vault.refuseCanary(name));
            try (Secret value =
                    Answers.ask(() -> leases.fetch(agent, run, name, lent -> open(vault, lent, agent, run)))) {
                JsonObject result = new JsonObject();
                result.add("value", Answers.base64(value.bytes()));
                return result;
            }
        } catch (RpcException e) {
            alarmIfCanary(e, agent, run, name);
            denied("vault.fetch", agent, e, List.of(name));
            throw e;
        }
    }

    /** The value, once it is recorded who has it. */
    private Secret open(Vault vault, LeaseRef lent, String agent, String run) throws VaultException, IOException {
        Secret value = vault.lend(lent.name(), lent.version(), lent.sequence()).value();
        try {
            audit.release(
                    Ring.AGENTS,
                    "vault.fetch",
                    Map.of("agent", agent, "run", run, "name", lent.name().value()));
            return value;
        } catch (VaultException e) {
            value.close();
            throw e;
        }
    }

    private void denied(String method, String agent, RpcException refusal, List<SecretName> names) {
        Map<String, Object> fields = new HashMap<>(Map.of(
                "method",
                method,
                "agent",
                agent,
                "code",
                refusal.detail(),
                "names",
                Audit.names(names.stream().limit(NAMES_OF_A_REFUSAL).toList())));
        if (names.size() > NAMES_OF_A_REFUSAL) {
            fields.put("more", names.size() - NAMES_OF_A_REFUSAL);
        }
        audit.refusal(agent, "vault.denied", fields);
    }

    private void alarmIfCanary(RpcException refusal, String agent, String run, SecretName name) {
        if (refusal.detail().equals(VaultCode.CANARY.name())) {
            audit.note(Ring.OPERATORS, "vault.canary", Map.of("agent", agent, "run", run, "name", name.value()));
        }
    }

    private JsonElement list(Params params) throws RpcException {
        long after = params.optionalInteger("after", 0, Long.MAX_VALUE, 0);
        long wait = params.optionalInteger("wait_ms", 0, MAX_WAIT_MILLIS, 0);
        params.done();
        Leases.Snapshot snapshot = leases.await(after, wait);
        JsonArray array = new JsonArray();
        int chars = 0;
        // Those in force first: what is over may be left out.
        List<Lease> ordered = snapshot.leases().reversed().stream()
                .sorted(Comparator.comparing(lease -> lease.state() != Lease.State.ACTIVE))
                .toList();
        for (Lease lease : ordered) {
            JsonObject json = LeaseJson.of(lease);
            chars += json.toString().length();
            if (chars > MAX_LIST_CHARS) {
                break;
            }
            array.add(json);
        }
        JsonObject result = new JsonObject();
        result.add("leases", array);
        result.addProperty("seq", snapshot.seq());
        result.addProperty("left_out", snapshot.leases().size() - array.size());
        return result;
    }

    private JsonElement revoke(Caller caller, Params params) throws RpcException {
        List<Lease> ended;
        if (params.has("lease")) {
            String id = params.string("lease");
            params.done();
            ended = leases.end(id, Lease.State.REVOKED);
        } else {
            String agent = agent(params);
            Optional<String> run = params.has("run") ? Optional.of(run(params)) : Optional.empty();
            params.done();
            boolean itsRunIsOver = run.isPresent() && VaultService.ROOT.contains(caller.user());
            ended = leases.end(agent, run, itsRunIsOver ? Lease.State.ENDED : Lease.State.REVOKED);
        }
        ended.forEach(lease -> over(caller, lease));
        JsonObject result = new JsonObject();
        result.addProperty("revoked", ended.size());
        return result;
    }

    private void over(Caller caller, Lease lease) {
        audit.note(
                lease.state() == Lease.State.REVOKED ? Ring.OPERATORS : Ring.AGENTS,
                "vault.revoke",
                Map.of(
                        "agent", lease.agent(),
                        "run", lease.run(),
                        "lease", lease.id(),
                        "state", Answers.lower(lease.state()),
                        "caller", caller.user()));
    }

    private static String agent(Params params) throws RpcException {
        return word(params.string("agent"), "agent");
    }

    /** The run as cage names it: a number or a string. */
    private static String run(Params params) throws RpcException {
        if (params.any("run") instanceof JsonPrimitive run && (run.isString() || run.isNumber())) {
            return word(run.getAsString(), "run");
        }
        throw new RpcException(
                RpcException.Code.INVALID_PARAMS, "WRONG_TYPE", "run: must be a number or a string", "run");
    }

    /** What stands in records: not so long that the rest would find no room. */
    private static String word(String text, String field) throws RpcException {
        if (WORD.matcher(text).matches()) {
            return text;
        }
        throw new RpcException(
                RpcException.Code.INVALID_PARAMS,
                "OUT_OF_RANGE",
                field + ": has 1 to 64 ASCII letters, digits, dots, _ and -",
                field);
    }
}
