package dev.nullbox.cage.agent;

import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.protocol.id.AgentNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Paths and limits of the daemon.
 *
 * @param imageAgents agents of the image: NAME/AGENT.toml, NAME/root.erofs and its digest
 * @param dataAgents agents of the data partition, likewise
 * @param disks directory of the agents' disks
 * @param network the network of agents' addresses
 * @param sockets the directory of the services' sockets
 * @param cgroups the unified hierarchy's own mount point
 * @param controllers the controllers whose limits are set; an absent one fails the start
 * @param guests directory of the sockets that guests dial: NAME/
 * @param tools the image of the appliance's own disk in each guest
 * @param jailRoot a directory for jails to mount their roots on, each in its own mount namespace
 * @param launcher command of a stage, without its name: {@code ["/sbin/cage"]}
 * @param binds host paths that a jail sees read-only
 * @param kvmDevice the device node of KVM
 * @param kvmGroup its group
 * @param krunLogLevel 1 for errors, 2 for warnings too
 * @param callDeadline of one call of another service
 * @param jailDeadline from a jail's start until its sandbox is in force, and from its launch until its program runs
 */
public record CageSettings(
        Path imageAgents,
        Path dataAgents,
        DiskStore.Settings disks,
        AgentNetwork network,
        Path sockets,
        Path cgroups,
        Set<String> controllers,
        Path guests,
        Path tools,
        Path jailRoot,
        List<String> launcher,
        List<String> binds,
        String kvmDevice,
        int kvmGroup,
        int krunLogLevel,
        Duration callDeadline,
        Duration jailDeadline) {
    private static final int KVM_GROUP = 36;

    public CageSettings {
        controllers = Set.copyOf(controllers);
        launcher = List.copyOf(launcher);
        binds = List.copyOf(binds);
    }

    /** The appliance's settings. */
    public static CageSettings appliance(Path runDir) {
        return new CageSettings(
                Path.of("/agents"),
                Path.of("/data/agents"),
                DiskStore.Settings.appliance(),
                AgentNetwork.parse(
                        System.getenv().getOrDefault(AgentNetwork.VARIABLE, AgentNetwork.DEFAULT.toString())),
                Path.of("/run/nullbox"),
                Path.of("/sys/fs/cgroup"),
                Set.of("cpu", "memory", "pids"),
                runDir.resolve("guests"),
                Path.of("/usr/lib/nullbox/guest/tools.erofs"),
                runDir.resolve("jail"),
                List.of("/sbin/cage"),
                List.of("/sbin/cage", "/sbin/nullbox", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/jre"),
                "/dev/kvm",
                KVM_GROUP,
                1,
                Duration.ofSeconds(10),
                Duration.ofSeconds(120));
    }
}
