package dev.nullbox.manifest;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.KeyPattern;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Identity and rights of an agent, as its AGENT.toml states them. Every value has been checked; {@link Schema} names
 * the services that act on each component.
 *
 * @param agent identity and execution
 * @param capabilities its rights
 * @param tools the risk of each tool it declares, by the tool's name
 */
public record Manifest(Agent agent, Capabilities capabilities, Map<String, ToolRisk> tools) {
    public Manifest {
        tools = Map.copyOf(tools);
    }

    /**
     * The table {@code [agent]}.
     *
     * @param name unique in the appliance
     * @param version the developer's own; "0.0.0" unless stated
     * @param command the program in the guest
     * @param restart when it is started again after its end
     * @param start its starter
     * @param env environment variables that are no secrets
     * @param user the user in the guest; absent: the image's user, or root
     * @param workdir working directory; absent: the image's directory, or {@code /}
     * @param stopSecs seconds from the stop signal until its processes are killed
     * @param stopSignal the signal that asks it to end
     * @param logMb size of the ring of its output, in MiB
     * @param logDays days after which its output is removed
     */
    public record Agent(
            AgentName name,
            String version,
            Command command,
            RestartPolicy restart,
            StartMode start,
            Map<EnvName, String> env,
            Optional<GuestUser> user,
            Optional<GuestPath> workdir,
            int stopSecs,
            StopSignal stopSignal,
            int logMb,
            int logDays) {
        public Agent {
            env = Map.copyOf(env);
        }
    }

    /**
     * The table {@code [capabilities]}.
     *
     * @param maxCpuPercent most processor time
     * @param maxMemory the guest's memory
     * @param credentialRefs secrets that are leased to it; each name once
     * @param network permitted network targets; none when empty
     * @param filesystem lifetime, sizes and paths of its disks
     * @param memory rights to the shared memory
     * @param healthCheck its health check
     */
    public record Capabilities(
            CpuPercent maxCpuPercent,
            MemoryMib maxMemory,
            List<CredentialRef> credentialRefs,
            Network network,
            Filesystem filesystem,
            Memory memory,
            Optional<HealthCheck> healthCheck) {
        public Capabilities {
            credentialRefs = List.copyOf(credentialRefs);
        }
    }

    /**
     * The table {@code [capabilities.network]}.
     *
     * @param allow the only targets that it may connect to
     * @param secrets those that the gate puts into requests to some of them
     */
    public record Network(List<NetworkTarget> allow, List<SecretRule> secrets) {
        public Network {
            allow = List.copyOf(allow);
            secrets = List.copyOf(secrets);
        }
    }

    /**
     * The table {@code [capabilities.filesystem]}.
     *
     * @param root lifetime of writes to its root
     * @param maxMb size of the layer with writes to its root, in MiB
     * @param volumeMb size of the volume disk, in MiB
     * @param read directories of its read-only disk
     * @param write directories of its volume disk, which outlives runs
     */
    public record Filesystem(RootMode root, int maxMb, int volumeMb, List<MountPath> read, List<MountPath> write) {
        public Filesystem {
            read = List.copyOf(read);
            write = List.copyOf(write);
        }
    }

    /**
     * The table {@code [capabilities.memory]}.
     *
     * @param read keys that it may read
     * @param write keys that it may write
     * @param maxMb most MiB that it may store
     * @param maxWritesPerMinute most writes in a minute
     */
    public record Memory(List<KeyPattern> read, List<KeyPattern> write, int maxMb, int maxWritesPerMinute) {
        public Memory {
            read = List.copyOf(read);
            write = List.copyOf(write);
        }
    }
}
