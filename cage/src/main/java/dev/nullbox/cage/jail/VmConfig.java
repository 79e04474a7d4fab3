package dev.nullbox.cage.jail;

import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.EnvName;
import dev.nullbox.manifest.HealthCheck;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Fields of the microVM that a manifest asks for. Pure; holds no secret, hence may stand in messages. */
public final class VmConfig {
    private static final int WHOLE_CPU_PERCENT = 100;
    private static final int MAX_VCPUS = 16;
    private static final int MAX_MEMORY_MIB = 65_536;

    static final Field<Long> VCPUS = Field.of("vcpus", whole(1, MAX_VCPUS, ""), "virtual processors");
    static final Field<Long> MEMORY_MIB = Field.of("memory_mib", whole(1, MAX_MEMORY_MIB, "MiB"), "the guest's memory");
    static final Field<List<String>> COMMAND = Field.of("command", listOf(TEXT), "the program's path, its arguments");
    static final Field<List<String>> ENV = Field.of("env", listOf(TEXT), "NAME=value, sorted by name");
    static final Field<List<String>> PORTS =
            Field.of("ports", listOf(TEXT), "host:guest, opened on the VMM's own address; all others stay shut");

    static final FieldType.Struct FIELDS = struct(Fields.AGENT, VCPUS, MEMORY_MIB, COMMAND, ENV, PORTS);

    private VmConfig() {}

    /** The microVM of a manifest in a slot, whose gateway address is where it finds its memory. */
    public static Message of(Manifest manifest, AgentSlot slot) {
        Manifest.Agent agent = manifest.agent();
        Map<String, String> env = new TreeMap<>();
        for (Map.Entry<EnvName, String> variable : agent.env().entrySet()) {
            env.put(variable.getKey().value(), variable.getValue());
        }
        env.put("NULLBOX_AGENT", agent.name().value());
        env.put("NULLBOX_MEMORY_URL", slot.memoryUrl());
        if (fetches(manifest.capabilities())) {
            env.put("NULLBOX_API_URL", slot.apiUrl());
        }
        env.putIfAbsent("PATH", "/bin:/usr/bin:/usr/local/bin");
        List<String> variables = new ArrayList<>();
        env.forEach((name, value) -> variables.add(name + "=" + value));
        Manifest.Capabilities may = manifest.capabilities();
        return Message.of(
                Fields.AGENT.is(agent.name().value()),
                VCPUS.is(vcpus(may.maxCpuPercent().value())),
                MEMORY_MIB.is((long) may.maxMemory().value()),
                COMMAND.is(agent.command().words()),
                ENV.is(variables),
                PORTS.is(may.healthCheck().stream()
                        .flatMap(VmConfig::portMapping)
                        .toList()));
    }

    /** True when the agent fetches secrets, and so needs its own API. */
    public static boolean fetches(Manifest.Capabilities may) {
        return may.credentialRefs().stream().anyMatch(ref -> ref.delivery() == Delivery.FETCH);
    }

    private static Stream<String> portMapping(HealthCheck check) {
        return check instanceof HealthCheck.Http http ? Stream.of(http.port() + ":" + http.port()) : Stream.of();
    }

    private static long vcpus(int cpuPercent) {
        return Math.clamp((cpuPercent + WHOLE_CPU_PERCENT - 1) / WHOLE_CPU_PERCENT, 1, MAX_VCPUS);
    }
}
