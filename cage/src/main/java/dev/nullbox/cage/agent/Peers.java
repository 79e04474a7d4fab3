package dev.nullbox.cage.agent;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.cage.jail.JsonLists;
import dev.nullbox.cage.jail.Secret;
import dev.nullbox.cage.jail.Slot;
import dev.nullbox.cage.secrets.LeaseList;
import dev.nullbox.manifest.CredentialRef;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.NetworkTarget;
import dev.nullbox.protocol.id.KeyPattern;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The services that an agent's start and end need: egress, warden, ctxgraph. */
public final class Peers {
    private final Path sockets;
    private final Duration deadline;

    /** @param sockets the directory with NAME.sock of each service */
    public Peers(Path sockets, Duration deadline) {
        this.sockets = sockets;
        this.deadline = deadline;
    }

    /** Puts the agent's rules in force. */
    void addEgress(Manifest manifest, Slot slot) throws RpcException {
        JsonObject params = agent(manifest.agent().name().value());
        params.addProperty("interface", slot.hostInterface());
        params.addProperty("address", slot.agentAddress());
        params.addProperty("gateway", slot.gatewayAddress());
        params.add(
                "allow",
                JsonLists.of(manifest.capabilities().network().allow().stream()
                        .map(NetworkTarget::text)
                        .toList()));
        params.addProperty("memory_port", Slot.MEMORY_PORT);
        if (manifest.capabilities().credentialRefs().stream().anyMatch(ref -> ref.delivery() == Delivery.FETCH)) {
            params.addProperty("api_port", Slot.API_PORT);
        }
        manifest.capabilities().healthCheck().ifPresent(check -> params.addProperty("health_port", check.port()));
        call("egress", "egress.add", params);
    }

    void removeEgress(String agent) throws RpcException {
        call("egress", "egress.remove", agent(agent));
    }

    /**
     * What the warden lends to one run.
     *
     * @param lease by which the warden calls it; empty when nothing is lent
     * @param secrets those that are delivered as files, in the manifest's order; the holder closes them
     */
    record Lent(String lease, List<Secret> secrets) {
        static final Lent NOTHING = new Lent("", List.of());
    }

    /**
     * Leases all that the manifest refers to.
     *
     * @throws RpcException the warden's refusal; INTERNAL when its answer lacks one
     */
    Lent lease(Manifest manifest, long run) throws RpcException {
        List<CredentialRef> refs = manifest.capabilities().credentialRefs();
        JsonObject params = agent(manifest.agent().name().value());
        params.addProperty("run", run);
        JsonArray asked = new JsonArray();
        refs.forEach(ref -> asked.add(json(ref)));
        params.add("refs", asked);
        JsonElement answer = call("warden", "vault.lease", params);
        List<Secret> secrets = new ArrayList<>();
        String lease = take(answer, refs, secrets);
        return new Lent(lease, List.copyOf(secrets));
    }

    /**
     * Decodes those that are delivered as files. When one is missing or garbled, those before it are wiped.
     *
     * @param secrets gets them
     * @return by which the warden calls the lease
     */
    static String take(JsonElement answer, List<CredentialRef> refs, List<Secret> secrets) throws RpcException {
        boolean isWhole = false;
        try {
            for (CredentialRef ref : refs) {
                if (ref.delivery() == Delivery.FILE) {
                    String name = ref.name().value();
                    secrets.add(new Secret(name, secret(answer, name)));
                }
            }
            if (answer instanceof JsonObject object && object.get("lease") instanceof JsonPrimitive lease) {
                isWhole = true;
                return lease.getAsString();
            }
            throw new RpcException(RpcException.Code.INTERNAL, "LEASE", "the warden gave a lease without a name");
        } finally {
            if (!isWhole) {
                secrets.forEach(Secret::close);
            }
        }
    }

    private static JsonObject json(CredentialRef ref) {
        JsonObject json = new JsonObject();
        json.addProperty("name", ref.name().value());
        ref.version().ifPresent(version -> json.addProperty("version", version));
        ref.host().ifPresent(host -> json.addProperty("host", host));
        ref.reads().ifPresent(reads -> json.addProperty("reads", reads));
        ref.ttl().ifPresent(ttl -> json.addProperty("ttl_s", ttl.toSeconds()));
        json.addProperty("deliver", ref.delivery().key());
        return json;
    }

    /**
     * One secret that the agent asks for itself; the caller closes it.
     *
     * @throws RpcException the warden's refusal, as LEASE_SPENT
     */
    Secret fetch(String agent, long run, String name) throws RpcException {
        JsonObject params = agent(agent);
        params.addProperty("run", run);
        params.addProperty("name", name);
        return new Secret(name, base64(call("warden", "vault.fetch", params), "value", name));
    }

    /**
     * All leases, when they change or the wait is over.
     *
     * @param after the number of the state that is known
     * @throws RpcException the warden's refusal; INTERNAL when its answer is garbled
     */
    public LeaseList leases(long after, long waitMillis) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("after", after);
        params.addProperty("wait_ms", waitMillis);
        Duration limit = deadline.plusMillis(waitMillis);
        return LeaseList.of(RpcClient.call(sockets.resolve("warden.sock"), "vault.leases", params, limit));
    }

    private static byte[] secret(JsonElement answer, String name) throws RpcException {
        if (answer instanceof JsonObject object && object.get("secrets") instanceof JsonObject secrets) {
            return base64(secrets, name, name);
        }
        throw new RpcException(RpcException.Code.INTERNAL, "LEASE", "the warden did not lend " + name);
    }

    private static byte[] base64(JsonElement answer, String field, String name) throws RpcException {
        if (answer instanceof JsonObject object && object.get(field) instanceof JsonPrimitive base64) {
            try {
                return Base64.getDecoder().decode(base64.getAsString());
            } catch (IllegalArgumentException e) {
                throw new RpcException(RpcException.Code.INTERNAL, "LEASE", "the warden lent " + name + " garbled");
            }
        }
        throw new RpcException(RpcException.Code.INTERNAL, "LEASE", "the warden did not lend " + name);
    }

    public void revoke(String agent, long run) throws RpcException {
        JsonObject params = agent(agent);
        params.addProperty("run", run);
        call("warden", "vault.revoke", params);
    }

    /** Ends what is lent to the agent, whichever run it was lent to. */
    void revokeAll(String agent) throws RpcException {
        call("warden", "vault.revoke", agent(agent));
    }

    /** Opens the agent's memory to it for one run. */
    void attachMemory(CatalogEntry.Accepted agent, Slot slot, long run) throws RpcException {
        Manifest.Memory memory = agent.manifest().capabilities().memory();
        JsonObject params = agent(agent.name());
        params.addProperty("address", slot.gatewayAddress());
        params.addProperty("port", Slot.MEMORY_PORT);
        params.addProperty("run", run);
        params.addProperty("manifest", agent.digest());
        params.add("read", patterns(memory.read()));
        params.add("write", patterns(memory.write()));
        params.addProperty("max_mb", memory.maxMb());
        params.addProperty("max_writes_per_minute", memory.maxWritesPerMinute());
        call("ctxgraph", "memory.attach", params);
    }

    private static JsonArray patterns(List<KeyPattern> patterns) {
        return JsonLists.of(patterns.stream().map(KeyPattern::value).toList());
    }

    void detachMemory(String agent) throws RpcException {
        call("ctxgraph", "memory.detach", agent(agent));
    }

    private static JsonObject agent(String name) {
        JsonObject params = new JsonObject();
        params.addProperty("agent", name);
        return params;
    }

    private JsonElement call(String service, String method, JsonObject params) throws RpcException {
        return RpcClient.call(sockets.resolve(service + ".sock"), method, params, deadline);
    }
}
