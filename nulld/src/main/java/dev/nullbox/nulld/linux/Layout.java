package dev.nullbox.nulld.linux;

import dev.nullbox.protocol.id.AgentNetwork;
import java.nio.file.Path;
import java.util.List;

/**
 * Paths of the appliance, which tests replace.
 *
 * @param run {@code /run/nullbox}
 * @param state {@code /data}
 * @param stateOn the file system of the state, for messages
 * @param etc directory of passwd and group
 * @param cgroups the cgroup tree
 * @param agentNetwork the network of agents' addresses
 * @param launcher the program that drops privileges
 * @param unmounts mount points that are unmounted at the end, in this order
 */
public record Layout(
        Path run,
        Path state,
        String stateOn,
        Path etc,
        Cgroups cgroups,
        AgentNetwork agentNetwork,
        String launcher,
        List<String> unmounts) {
    public Layout {
        unmounts = List.copyOf(unmounts);
    }

    /**
     * The appliance's paths. Data is unmounted first, as it must not be lost.
     *
     * @param volatileStateBytes memory that the state may take; 0 with a data partition
     */
    public static Layout appliance(long volatileStateBytes, String stateOn, AgentNetwork agentNetwork) {
        return new Layout(
                Path.of("/run/nullbox"),
                Path.of("/data"),
                stateOn,
                Path.of("/etc"),
                new Cgroups(Path.of("/sys/fs/cgroup"), volatileStateBytes),
                agentNetwork,
                "/sbin/launch",
                List.of("/data", "/var/lib/dhcpcd", "/tmp", "/run", "/sys/fs/cgroup"));
    }
}
