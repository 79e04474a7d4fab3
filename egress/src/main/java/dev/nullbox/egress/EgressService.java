package dev.nullbox.egress;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcException.Code;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The methods of egress.sock: {@code egress.add}, {@code egress.remove}, {@code egress.list}. */
final class EgressService {
    private static final int MAX_PORT = 65_535;

    private final Firewall firewall;
    private final EventSink events;
    private final Set<String> owners;

    /**
     * A service over one firewall.
     *
     * @param owners the users that may change rules; gateway may list besides
     */
    EgressService(Firewall firewall, EventSink events, Set<String> owners) {
        this.firewall = firewall;
        this.events = events;
        this.owners = Set.copyOf(owners);
    }

    List<RpcMethod> methods() {
        Set<String> readers = new HashSet<>(owners);
        readers.add("gateway");
        return List.of(
                new RpcMethod("egress.add", owners, (caller, params) -> add(params)),
                new RpcMethod("egress.remove", owners, (caller, params) -> remove(params)),
                new RpcMethod("egress.list", readers, (caller, params) -> list(params)));
    }

    private JsonElement add(JsonObject object) throws RpcException {
        Params params = new Params(object);
        AgentName agent = agent(params);
        String name = params.string("interface");
        Slot slot = Slot.ofInterface(name).orElseThrow(() -> badAgent("interface", "is not nb1 to nb" + Slot.COUNT));
        agree("address", params.string("address"), slot.address());
        agree("gateway", params.string("gateway"), slot.gateway());
        List<String> allow = params.strings("allow");
        AgentPolicy.Ports ports = new AgentPolicy.Ports(
                (int) params.integer("memory_port", 1, MAX_PORT),
                port(params, "api_port"),
                port(params, "health_port"));
        params.done();
        try {
            RuleSet rules = RuleSet.compile(AgentPolicy.of(agent, slot, ports, allow));
            events.emit("egress.agent_added", Map.of("agent", agent.value(), "rules", rules.size()));
            firewall.apply(rules);
            String digest = sha256(NftText.install(rules));
            events.emit("egress.applied", Map.of("agent", agent.value(), "ruleset", digest));
            JsonObject result = new JsonObject();
            result.addProperty("rules", rules.size());
            return result;
        } catch (EgressException failure) {
            throw answer(failure);
        }
    }

    private static Optional<Integer> port(Params params, String name) throws RpcException {
        int port = (int) params.optionalInteger(name, 1, MAX_PORT, 0);
        return port == 0 ? Optional.empty() : Optional.of(port);
    }

    private JsonElement remove(JsonObject object) throws RpcException {
        Params params = new Params(object);
        AgentName agent = agent(params);
        params.done();
        try {
            boolean removed = firewall.remove(agent);
            if (removed) {
                events.emit("egress.agent_removed", Map.of("agent", agent.value()));
            }
            JsonObject result = new JsonObject();
            result.addProperty("removed", removed);
            return result;
        } catch (EgressException failure) {
            throw answer(failure);
        }
    }

    private JsonElement list(JsonObject object) throws RpcException {
        new Params(object).done();
        try {
            JsonArray agents = new JsonArray();
            for (Firewall.Installed installed : firewall.installed()) {
                JsonObject agent = new JsonObject();
                agent.addProperty("agent", installed.agent().value());
                agent.addProperty("interface", installed.slot().interfaceName());
                agent.addProperty("address", installed.slot().address());
                JsonArray rules = new JsonArray();
                installed.rules().forEach(rules::add);
                agent.add("rules", rules);
                agents.add(agent);
            }
            return agents;
        } catch (EgressException failure) {
            throw answer(failure);
        }
    }

    private static AgentName agent(Params params) throws RpcException {
        try {
            return new AgentName(params.string("agent"));
        } catch (InvalidValueException invalid) {
            throw badAgent("agent", invalid.problem() + "; " + invalid.remedy());
        }
    }

    private static void agree(String field, String got, String expected) throws RpcException {
        if (!got.equals(expected)) {
            throw badAgent(field, "must be " + expected + " on that interface");
        }
    }

    private static RpcException badAgent(String field, String problem) {
        return new RpcException(Code.INVALID_PARAMS, EgressCode.EGRESS_BAD_AGENT.name(), field + ": " + problem, field);
    }

    private static RpcException answer(EgressException failure) {
        Code code = switch (failure.code()) {
            case EGRESS_NAME_NEEDS_RESOLVER,
                    EGRESS_NO_IPV6,
                    EGRESS_ADDRESS_RESERVED,
                    EGRESS_BAD_TARGET,
                    EGRESS_BAD_AGENT -> Code.INVALID_PARAMS;
            case EGRESS_APPLY_FAILED, EGRESS_READ_BACK_DIFFERS -> Code.UNAVAILABLE;
        };
        return new RpcException(code, failure.code().name(), String.valueOf(failure.getMessage()), failure.field());
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
