package dev.nullbox.cage;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.NetworkTarget;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The services that an agent's start and end need: egress, warden, ctxgraph. */
final class Peers {
    private final Path sockets;
    private final Duration deadline;

    /** @param sockets the directory with NAME.sock of each service */
    Peers(Path sockets, Duration deadline) {
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
        call("egress", "egress.add", params);
    }

    void removeEgress(String agent) throws RpcException {
        call("egress", "egress.remove", agent(agent));
    }

    /**
     * The secrets that the manifest refers to, in its order; the caller closes them.
     *
     * @throws RpcException the warden's refusal; INTERNAL when its answer lacks one
     */
    List<Secret> lease(Manifest manifest, long run) throws RpcException {
        List<String> names = manifest.capabilities().credentialRefs().stream()
                .map(ref -> ref.name().value())
                .toList();
        JsonObject params = agent(manifest.agent().name().value());
        params.addProperty("run", run);
        params.add("names", JsonLists.of(names));
        JsonElement answer = call("warden", "vault.lease", params);
        List<Secret> secrets = new ArrayList<>();
        for (String name : names) {
            secrets.add(new Secret(name, value(answer, name)));
        }
        return secrets;
    }

    private static byte[] value(JsonElement answer, String name) throws RpcException {
        if (answer instanceof JsonObject object
                && object.get("secrets") instanceof JsonObject secrets
                && secrets.get(name) instanceof JsonPrimitive base64) {
            try {
                return Base64.getDecoder().decode(base64.getAsString());
            } catch (IllegalArgumentException e) {
                throw new RpcException(RpcException.Code.INTERNAL, "LEASE", "the warden lent " + name + " garbled");
            }
        }
        throw new RpcException(RpcException.Code.INTERNAL, "LEASE", "the warden did not lend " + name);
    }

    void revoke(String agent, long run) throws RpcException {
        JsonObject params = agent(agent);
        params.addProperty("run", run);
        call("warden", "vault.revoke", params);
    }

    void attachMemory(String agent, Slot slot) throws RpcException {
        JsonObject params = agent(agent);
        params.addProperty("address", slot.gatewayAddress());
        params.addProperty("port", Slot.MEMORY_PORT);
        call("ctxgraph", "memory.attach", params);
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
