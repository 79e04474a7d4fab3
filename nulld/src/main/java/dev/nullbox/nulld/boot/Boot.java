package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Reboot;
import dev.nullbox.natives.netlink.Rtnetlink;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Cgroups;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.Hardware;
import dev.nullbox.nulld.linux.MountTable;
import dev.nullbox.nulld.linux.Mounter;
import dev.nullbox.nulld.linux.RootVerification;
import dev.nullbox.nulld.linux.SysctlTable;
import dev.nullbox.nulld.log.Degraded;
import dev.nullbox.nulld.log.EventPort;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.log.Screen;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Boot phases between entering the root and starting the services. */
public final class Boot {
    private static final int KVM_GROUP = 36;
    private static final List<String> VMM_DEVICES = List.of("dev/kvm", "dev/net/tun");
    /** Divisor of the memory that {@link MountTable#VOLATILE_DATA} may take: its size=25%. */
    private static final int VOLATILE_SHARE = 4;

    private final Libc libc;
    private final Clock clock;
    private final Journal journal;
    private final Degraded degraded;
    private final Path root;
    private final String medium;
    private final Path proc;

    /**
     * @param root {@code /}
     * @param medium the disk or partition that the root was found on, by its name; empty when unknown
     */
    public Boot(Libc libc, Clock clock, Journal journal, Degraded degraded, Path root, String medium) {
        this.libc = libc;
        this.clock = clock;
        this.journal = journal;
        this.degraded = degraded;
        this.root = root;
        this.medium = medium;
        this.proc = root.resolve("proc");
    }

    /**
     * Result of the boot.
     *
     * @param cmdline the kernel's command line
     * @param volatileStateBytes most memory of a state that is kept in memory; 0 with a data partition
     * @param stateOn the file system of the state, for messages
     * @param agentNetwork the network of agents' addresses
     */
    public record Booted(Cmdline cmdline, long volatileStateBytes, String stateOn, AgentNetwork agentNetwork) {}

    /** Runs them all. */
    public Booted run() throws BootException {
        BootPhases phases = new BootPhases("nulld", clock, journal);
        Mounter mounter = new Mounter(libc, root);
        List<String> virtual = mounter.mount(MountTable.VIRTUAL);
        Cmdline cmdline = Cmdline.read(proc.resolve("cmdline"));
        Screen.attach(libc, root, journal);
        EventPort.attach(libc, cmdline, journal, problem -> degraded.add("events", problem));
        started();
        phases.run("mounts", fields -> {
            virtual.forEach(problem -> degraded.add("mounts", problem));
            mounter.mount(MountTable.NULLD).forEach(problem -> degraded.add("mounts", problem));
            Mounter.directory(root.resolve("run/nullbox"));
        });
        phases.run("cgroups", fields -> new Cgroups(root.resolve("sys/fs/cgroup"), 0).prepare());
        phases.run("sysctls", fields -> {
            List<String> problems = SysctlTable.apply(proc.resolve("sys"), RootVerification.stops(cmdline));
            problems.forEach(problem -> journal.text("nulld", problem));
            if (!problems.isEmpty()) {
                degraded.add("sysctls", "kernel settings: " + String.join("; ", problems));
            }
        });
        phases.run(
                "hostname", fields -> hostname(cmdline.value("nullbox.hostname").orElse("nullbox"), fields));
        phases.run("devices", fields -> devices());
        DataPartition partition = new DataPartition(
                libc,
                clock,
                root,
                medium,
                mounter,
                problem -> degraded.add("data", problem),
                line -> journal.text("nulld", line));
        AtomicReference<DataPartition.Mounted> data = new AtomicReference<>();
        phases.run("data", fields -> data.set(data(partition, cmdline, fields)));
        return new Booted(
                cmdline,
                data.get().isVolatile() ? memoryBytes() / VOLATILE_SHARE : 0,
                data.get().describe(),
                agentNetwork(cmdline));
    }

    /** The network that {@code nullbox.agent_network=} names, else the default. */
    private AgentNetwork agentNetwork(Cmdline cmdline) {
        try {
            return cmdline.value("nullbox.agent_network")
                    .map(AgentNetwork::parse)
                    .orElse(AgentNetwork.DEFAULT);
        } catch (InvalidValueException e) {
            degraded.add("network", "nullbox.agent_network= is not used: " + e.getMessage());
            return AgentNetwork.DEFAULT;
        }
    }

    /** MemTotal of proc_meminfo(5), or 0 where it cannot be read. */
    private long memoryBytes() {
        try {
            for (String line : Files.readAllLines(proc.resolve("meminfo"))) {
                String[] words = line.split(" +", -1);
                if (words[0].equals("MemTotal:") && words.length > 1) {
                    return Long.parseLong(words[1]) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            degraded.add("memory", "cannot read how much memory there is: " + e);
        }
        return 0;
    }

    private void started() {
        String kernel = kernel(proc);
        int pid = libc.getpid();
        journal.event("nulld", NulldContract.STARTED, Fields.PID.is((long) pid), NulldContract.KERNEL.is(kernel));
        journal.text("nulld", "NullBox: nulld is PID " + pid + " on Linux " + kernel);
    }

    /** The kernel's release: uname(2). */
    public static String kernel(Path proc) {
        try {
            return Files.readString(proc.resolve("sys/kernel/osrelease")).trim();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private void hostname(String name, List<Value<?>> fields) {
        boolean valid = !name.isEmpty() && name.length() <= 63 && name.chars().allMatch(Boot::hostnameChar);
        String used = valid ? name : "nullbox";
        if (!valid) {
            degraded.add("hostname", "nullbox.hostname= takes up to 63 letters, digits and '-'; the name is nullbox");
        }
        fields.add(Fields.NAME.is(used));
        if (libc.sethostname(used) instanceof SysResult.Failed(var errno)) {
            degraded.add("hostname", "the host name cannot be set: " + Errno.describe(errno));
        }
    }

    private static boolean hostnameChar(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }

    private void devices() {
        if (libc.reboot(Reboot.RB_DISABLE_CAD) instanceof SysResult.Failed(var errno)) {
            degraded.add("ctrl-alt-del", "Ctrl-Alt-Del reboots without stopping in order: " + Errno.describe(errno));
        }
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.setUp(links.indexOf("lo"));
        } catch (IOException e) {
            degraded.add("loopback", "the loopback interface is down: " + e.getMessage());
        }
        Hardware.withoutDriver(root)
                .forEach(device -> journal.text("nulld", "this kernel has no driver for the " + device));
        if (!Files.exists(root.resolve("dev/kvm"))) {
            journal.text(
                    "nulld", "no /dev/kvm: agents cannot run; turn on virtualisation in the firmware or hypervisor");
            return;
        }
        for (String device : VMM_DEVICES) {
            giveToVmms(root.resolve(device));
        }
    }

    /** Gives the device to the group of all VMMs: each opens it as a user of its own. */
    private void giveToVmms(Path device) {
        try {
            Files.setPosixFilePermissions(device, PosixFilePermissions.fromString("rw-rw----"));
            libc.chown(device.toString(), 0, KVM_GROUP).orThrow("chown " + device + " to root:kvm");
        } catch (IOException e) {
            degraded.add("kvm", device + " cannot be given to the group kvm: " + e.getMessage());
        }
    }

    private DataPartition.Mounted data(DataPartition partition, Cmdline cmdline, List<Value<?>> fields)
            throws BootException {
        DataPartition.Mounted data = partition.mount(cmdline);
        fields.addAll(List.of(NulldContract.WHERE.is(data.where()), NulldContract.TYPE.is(data.type())));
        if (data.isVolatile()) {
            journal.text("nulld", "state is in memory and ends with the power: no data partition is used");
        }
        if (!data.lacks().isEmpty()) {
            fields.add(NulldContract.LACKS.is(data.lacks()));
            journal.text("nulld", "the data partition " + data.where() + ": " + data.lacks());
        }
        return data;
    }
}
