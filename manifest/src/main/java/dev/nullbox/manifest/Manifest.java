package dev.nullbox.manifest;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.KeyPattern;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Identity and rights of an agent, as its AGENT.toml states them. Whatever stands here has been checked; who acts on which
 * component stands in {@link Schema}.
 *
 * @param agent what it is and how it runs
 * @param capabilities what it may use
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
     * @param command what runs in the guest
     * @param restart whether it is started again after it ended
     * @param start who starts it
     * @param env environment variables that are no secrets
     * @param user who runs it in the guest; absent: the image's user, or root
     * @param workdir where it starts; absent: the image's directory, or {@code /}
     * @param stopSecs seconds that it has to end after the stop signal, before all of it is killed
     * @param stopSignal what asks it to end
     * @param logMb size of the ring that keeps what it writes, in MiB
     * @param logDays days after which that is removed
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
     * @param maxCpuPercent processor time at most
     * @param maxMemory the guest's memory
     * @param credentialRefs secrets it is lent; each name once
     * @param network where it may connect to; nowhere when empty
     * @param filesystem how its disks last, how large they are and where they appear
     * @param memory what of the shared memory it may use
     * @param healthCheck how its health is asked for
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
     * @param allow the only places it may connect to
     */
    public record Network(List<NetworkTarget> allow) {
        public Network {
            allow = List.copyOf(allow);
        }
    }

    /**
     * The table {@code [capabilities.filesystem]}.
     *
     * @param root how long what it writes to its root lasts
     * @param maxMb size of the layer that holds what it writes to its root, in MiB
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
     * @param maxMb what it may store at most, in MiB
     * @param maxWritesPerMinute how often it may write
     */
    public record Memory(List<KeyPattern> read, List<KeyPattern> write, int maxMb, int maxWritesPerMinute) {
        public Memory {
            read = List.copyOf(read);
            write = List.copyOf(write);
        }
    }
}
