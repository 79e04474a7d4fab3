package dev.nullbox.cage.jail;

import com.google.gson.JsonObject;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.EnvName;
import dev.nullbox.manifest.HealthCheck;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The microVM that a manifest asks for. Pure; holds no secret, hence may stand in messages.
 *
 * @param agent the agent's name
 * @param vcpus virtual processors, 1 to 16
 * @param memoryMib the guest's memory in MiB
 * @param command the program's path in the guest, then its arguments
 * @param env {@code NAME=value}, sorted by name
 * @param ports {@code "host:guest"} TCP ports that are opened on the VMM's own address; all others stay shut
 */
public record VmConfig(
        String agent, int vcpus, int memoryMib, List<String> command, List<String> env, List<String> ports) {
    private static final int WHOLE_CPU_PERCENT = 100;
    private static final int MAX_VCPUS = 16;
    private static final int MAX_MEMORY_MIB = 65_536;

    public VmConfig {
        command = List.copyOf(command);
        env = List.copyOf(env);
        ports = List.copyOf(ports);
    }

    /** The microVM of a manifest in a slot, whose gateway address is where it finds its memory. */
    public static VmConfig of(Manifest manifest, Slot slot) {
        Manifest.Agent agent = manifest.agent();
        Map<String, String> env = new TreeMap<>();
        for (Map.Entry<EnvName, String> variable : agent.env().entrySet()) {
            env.put(variable.getKey().value(), variable.getValue());
        }
        env.put("NULLBOX_AGENT", agent.name().value());
        env.put("NULLBOX_MEMORY_URL", slot.memoryUrl());
        if (manifest.capabilities().credentialRefs().stream().anyMatch(ref -> ref.delivery() == Delivery.FETCH)) {
            env.put("NULLBOX_API_URL", slot.apiUrl());
        }
        env.putIfAbsent("PATH", "/bin:/usr/bin:/usr/local/bin");
        List<String> variables = new ArrayList<>();
        env.forEach((name, value) -> variables.add(name + "=" + value));
        Manifest.Capabilities may = manifest.capabilities();
        return new VmConfig(
                agent.name().value(),
                vcpus(may.maxCpuPercent().value()),
                may.maxMemory().value(),
                agent.command().words(),
                variables,
                may.healthCheck().map(VmConfig::portMapping).map(List::of).orElse(List.of()));
    }

    private static String portMapping(HealthCheck check) {
        return check.port() + ":" + check.port();
    }

    private static int vcpus(int cpuPercent) {
        return Math.clamp((cpuPercent + WHOLE_CPU_PERCENT - 1) / WHOLE_CPU_PERCENT, 1, MAX_VCPUS);
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("agent", agent);
        json.addProperty("vcpus", vcpus);
        json.addProperty("memory_mib", memoryMib);
        json.add("command", JsonLists.of(command));
        json.add("env", JsonLists.of(env));
        json.add("ports", JsonLists.of(ports));
        return json;
    }

    /** @throws RpcException naming the field that is missing or wrong */
    static VmConfig fromJson(JsonObject json) throws RpcException {
        Params fields = new Params(json);
        VmConfig config = new VmConfig(
                fields.string("agent"),
                (int) fields.integer("vcpus", 1, MAX_VCPUS),
                (int) fields.integer("memory_mib", 1, MAX_MEMORY_MIB),
                fields.strings("command"),
                fields.strings("env"),
                fields.strings("ports"));
        fields.done();
        if (config.command.isEmpty()) {
            throw new RpcException(RpcException.Code.INVALID_PARAMS, "MISSING", "command: is empty", "command");
        }
        return config;
    }
}
