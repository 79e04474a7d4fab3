package dev.nullbox.nulld;

import com.google.gson.JsonObject;
import dev.nullbox.natives.Errno;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Reboot;
import dev.nullbox.natives.Rtnetlink;
import dev.nullbox.natives.SysResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The phases between entering the root and starting the services. */
final class Boot {
    private static final Path ROOT = Path.of("/");
    private static final Path PROC = Path.of("/proc");
    private static final int KVM_GROUP = 36;

    private final Libc libc;
    private final Clock clock;
    private final Journal journal;
    private final Degraded degraded;

    Boot(Libc libc, Clock clock, Journal journal, Degraded degraded) {
        this.libc = libc;
        this.clock = clock;
        this.journal = journal;
        this.degraded = degraded;
    }

    /** Runs them all. The kernel's command line as found. */
    Cmdline run() throws BootException {
        BootPhases phases = new BootPhases("nulld", clock, journal);
        Mounter mounter = new Mounter(libc, PROC.resolve("self/mountinfo"));
        List<String> virtual = mounter.mount(MountTable.VIRTUAL);
        Cmdline cmdline = Cmdline.read(PROC.resolve("cmdline"));
        EventPort.attach(libc, cmdline, journal);
        started();
        phases.run("mounts", fields -> {
            virtual.forEach(problem -> degraded.add("mounts", problem));
            mounter.mount(MountTable.NULLD).forEach(problem -> degraded.add("mounts", problem));
            Mounter.directory(Path.of("/run/nullbox"));
        });
        phases.run("cgroups", fields -> new Cgroups(Path.of("/sys/fs/cgroup")).prepare());
        phases.run("sysctls", fields -> {
            List<String> problems = KernelFiles.sysctls(PROC.resolve("sys"), SysctlTable.ALL);
            problems.forEach(problem -> journal.text("nulld", problem));
            if (!problems.isEmpty()) {
                degraded.add("sysctls", "kernel settings: " + String.join("; ", problems));
            }
        });
        phases.run(
                "hostname", fields -> hostname(cmdline.value("nullbox.hostname").orElse("nullbox"), fields));
        phases.run("devices", fields -> devices());
        phases.run("data", fields -> data(cmdline, mounter, fields));
        return cmdline;
    }

    private void started() {
        JsonObject fields = new JsonObject();
        fields.addProperty("pid", libc.getpid());
        fields.addProperty("kernel", kernel());
        journal.event("nulld", "nulld.started", fields);
        journal.text("nulld", "NullBox: nulld is PID " + libc.getpid() + " on Linux " + kernel());
    }

    /** The kernel's release: uname(2). */
    static String kernel() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/osrelease")).trim();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private void hostname(String name, JsonObject fields) {
        boolean valid = !name.isEmpty() && name.length() <= 63 && name.chars().allMatch(Boot::hostnameChar);
        String used = valid ? name : "nullbox";
        if (!valid) {
            degraded.add("hostname", "nullbox.hostname= takes up to 63 letters, digits and '-'; the name is nullbox");
        }
        fields.addProperty("name", used);
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
        Path kvm = Path.of("/dev/kvm");
        if (!Files.exists(kvm)) {
            journal.text(
                    "nulld", "no /dev/kvm: agents cannot run; turn on virtualisation in the firmware or hypervisor");
            return;
        }
        try {
            Files.setPosixFilePermissions(kvm, PosixFilePermissions.fromString("rw-rw----"));
            libc.chown(kvm.toString(), 0, KVM_GROUP).orThrow("chown /dev/kvm to root:kvm");
        } catch (IOException e) {
            degraded.add("kvm", "/dev/kvm cannot be given to the group kvm: " + e.getMessage());
        }
    }

    private void data(Cmdline cmdline, Mounter mounter, JsonObject fields) throws BootException {
        String where =
                new DataPartition(libc, clock, ROOT, mounter).mount(cmdline, problem -> degraded.add("data", problem));
        fields.addProperty("where", where);
        if (where.equals("tmpfs")) {
            journal.text("nulld", "state is in memory and ends with the power: no partition labelled nullbox-data");
        }
    }
}
