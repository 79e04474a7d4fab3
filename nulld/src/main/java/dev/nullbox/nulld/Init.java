package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.nulld.boot.Boot;
import dev.nullbox.nulld.boot.BootPhases;
import dev.nullbox.nulld.boot.GatewayFiles;
import dev.nullbox.nulld.boot.ResolverFiles;
import dev.nullbox.nulld.boot.SetupPartition;
import dev.nullbox.nulld.disk.DiskWork;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.nulld.linux.RootVerification;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.linux.Watchdog;
import dev.nullbox.nulld.log.Degraded;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.supervise.ServiceTable;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.api.NulldContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** PID 1 in the image: boot phases, then the services of the table. */
final class Init {
    private static final Path FIRMWARE = Path.of("/sys/firmware/qemu_fw_cfg/by_name/opt/nullbox");

    private Init() {}

    /**
     * Boots and serves; returns only when the kernel refuses to end the machine.
     *
     * @param medium the disk or partition that the root was found on, by its name; empty when unknown
     */
    static void run(Libc libc, Clock clock, Journal journal, PowerSignals signals, String medium) throws BootException {
        Degraded degraded = new Degraded(journal);
        Boot.Booted booted = new Boot(libc, clock, journal, degraded, Path.of("/"), medium).run();
        Cmdline cmdline = booted.cmdline();
        Layout layout = Layout.appliance(booted.volatileStateBytes(), booted.stateOn(), booted.agentNetwork());
        try {
            ResolverFiles.write(cmdline, Path.of("/proc/net/pnp"), layout.run());
        } catch (IOException e) {
            degraded.add("network", "agents have no name server: " + e.getMessage());
        }
        Nulld nulld = new Nulld(
                libc,
                clock,
                journal,
                degraded,
                layout,
                signals,
                watchdog(libc, clock, journal, cmdline),
                new DiskWork(libc, Path.of("/"), medium, line -> journal.text("nulld", line)));
        new BootPhases("nulld", clock, journal).run("services", fields -> {
            SetupPartition setup = new SetupPartition(Path.of("/"), medium, line -> journal.text("nulld", line));
            GatewayFiles gateway = new GatewayFiles(
                    libc,
                    layout,
                    FIRMWARE,
                    setup,
                    booted.volatileStateBytes() == 0,
                    line -> journal.text("nulld", line));
            ServiceTable.ALL.forEach(spec -> nulld.supervisor().add(spec, disabled(spec, cmdline, gateway)));
            fields.add(NulldContract.COUNT.is((long) ServiceTable.ALL.size()));
        });
        nulld.run();
    }

    /** The machine's watchdog; none where a corrupted root is to stop the machine, which it would start again. */
    private static Watchdog watchdog(Libc libc, Clock clock, Journal journal, Cmdline cmdline) {
        if (RootVerification.stops(cmdline)) {
            journal.text("nulld", "no watchdog: the kernel command line has a corrupted root stop the machine");
            return Watchdog.none(libc, clock);
        }
        return Watchdog.arm(libc, clock, Path.of("/"), line -> journal.text("nulld", line));
    }

    private static Optional<String> disabled(ServiceSpec spec, Cmdline cmdline, GatewayFiles gateway) {
        return switch (spec.name()) {
            case "network" ->
                cmdline.has("ip") ? Optional.of("ip= on the kernel command line gives the address") : absent(spec);
            case "chaos" -> absent(spec);
            case Audience.GATEWAY -> gateway.install();
            default -> Optional.empty();
        };
    }

    private static Optional<String> absent(ServiceSpec spec) {
        String program = spec.command().getFirst();
        return Files.exists(Path.of(program)) ? Optional.empty() : Optional.of("the image has no " + program);
    }
}
