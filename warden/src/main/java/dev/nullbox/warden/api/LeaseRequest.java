package dev.nullbox.warden.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.lease.LeaseRef;
import dev.nullbox.warden.vault.SecretName;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultCode;
import dev.nullbox.warden.vault.VaultLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One secret that a lease is to have, before it is known which version that is. */
record LeaseRequest(
        SecretName name,
        Optional<Integer> version,
        Optional<String> host,
        int reads,
        Optional<Long> ttlSeconds,
        LeaseRef.Delivery delivery) {
    private static final int MAX_READS = 1_000;
    private static final long MAX_TTL_SECONDS = 365L * 24 * 3600;
    private static final int MAX_HOST_CHARS = 253;

    LeaseRef ref(Vault.Version found) {
        return new LeaseRef(name, found.info().version(), found.sequence(), host, reads, ttlSeconds, delivery);
    }

    /** The parameter {@code refs}: each name once. */
    static List<LeaseRequest> read(Params params) throws RpcException {
        List<LeaseRequest> requests = new ArrayList<>();
        if (params.any("refs") instanceof JsonArray refs) {
            for (JsonElement ref : refs) {
                requests.add(request(ref, "refs[" + requests.size() + "]"));
            }
        } else {
            throw wrongType("refs", "a list of objects");
        }
        Set<SecretName> seen = new HashSet<>();
        for (LeaseRequest request : requests) {
            if (!seen.add(request.name())) {
                throw Answers.invalid(VaultCode.NAME_INVALID, request.name() + " stands there twice", "refs");
            }
        }
        if (requests.size() > VaultLimits.MAX_LEASE_NAMES) {
            throw Answers.invalid(
                    VaultCode.LEASE_TOO_LARGE,
                    "a lease has at most " + VaultLimits.MAX_LEASE_NAMES + " secrets, not " + requests.size(),
                    "refs");
        }
        return requests;
    }

    private static LeaseRequest request(JsonElement element, String field) throws RpcException {
        if (!(element instanceof JsonObject object)) {
            throw wrongType(field, "an object");
        }
        Params ref = new Params(object);
        SecretName name = Answers.name(ref.string("name"), field + ".name");
        Optional<String> host = ref.optionalString("host");
        if (host.isPresent() && (host.get().isEmpty() || host.get().length() > MAX_HOST_CHARS)) {
            throw new RpcException(
                    RpcException.Code.INVALID_PARAMS,
                    "OUT_OF_RANGE",
                    field + ".host: has 1 to " + MAX_HOST_CHARS + " characters",
                    field + ".host");
        }
        int reads = (int) ref.optionalInteger("reads", 1, MAX_READS, 1);
        Optional<Long> ttl =
                ref.has("ttl_s") ? Optional.of(ref.integer("ttl_s", 1, MAX_TTL_SECONDS)) : Optional.empty();
        LeaseRef.Delivery delivery = switch (ref.optionalString("deliver").orElse("file")) {
            case "file" -> LeaseRef.Delivery.FILE;
            case "fetch" -> LeaseRef.Delivery.FETCH;
            default -> throw wrongType(field + ".deliver", "file or fetch");
        };
        LeaseRequest request = new LeaseRequest(name, Answers.version(ref), host, reads, ttl, delivery);
        ref.done();
        return request;
    }

    private static RpcException wrongType(String field, String expected) {
        return new RpcException(RpcException.Code.INVALID_PARAMS, "WRONG_TYPE", field + ": must be " + expected, field);
    }
}
