package dev.nullbox.nulld.linux;

import dev.nullbox.service.process.Cgroup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The kernel settings of the appliance, in the order they are written. Source: Documentation/admin-guide/sysctl. */
public final class SysctlTable {
    private static final String PANIC = "kernel.panic";

    /** All settings; each must exist, as the kernel is built with the image. */
    public static final List<Sysctl> ALL = List.of(
            new Sysctl("kernel.kptr_restrict", "2", "no kernel addresses in /proc, not even for root"),
            new Sysctl("kernel.dmesg_restrict", "1", "the kernel log tells of addresses and devices"),
            new Sysctl("kernel.yama.ptrace_scope", "2", "only CAP_SYS_PTRACE may trace; no service has it"),
            new Sysctl("kernel.perf_event_paranoid", "3", "no performance counters: side channels"),
            new Sysctl("kernel.randomize_va_space", "2", "full address space randomisation"),
            new Sysctl("kernel.panic_on_oops", "1", "a kernel that has gone wrong does not go on"),
            new Sysctl(PANIC, RootVerification.panicSeconds(false), "and the machine comes back by itself"),
            new Sysctl("vm.mmap_min_addr", "65536", "a null pointer of the kernel's cannot be mapped"),
            new Sysctl("fs.protected_hardlinks", "1", "no hard links to files of others"),
            new Sysctl("fs.protected_symlinks", "1", "no following of others' links in /tmp"),
            new Sysctl("fs.protected_fifos", "2", "no writing into others' pipes in /tmp"),
            new Sysctl("fs.protected_regular", "2", "no writing into others' files in /tmp"),
            new Sysctl("fs.suid_dumpable", "0", "no dumps of processes that changed their user"),
            new Sysctl("dev.tty.ldisc_autoload", "0", "no line disciplines for the asking"),
            new Sysctl("net.ipv4.ip_forward", "1", "agents reach out through egress; resets what follows, so first"),
            new Sysctl("net.ipv4.conf.all.rp_filter", "1", "a packet's source must be reachable where it came in"),
            new Sysctl("net.ipv4.conf.default.rp_filter", "1", "the same for agents' interfaces, made later"),
            new Sysctl("net.ipv4.conf.all.accept_redirects", "0", "nobody on the network changes our routes"),
            new Sysctl("net.ipv4.conf.default.accept_redirects", "0", "the same for interfaces made later"),
            new Sysctl("net.ipv4.conf.all.secure_redirects", "0", "not even a gateway"),
            new Sysctl("net.ipv4.conf.default.secure_redirects", "0", "the same for interfaces made later"),
            new Sysctl("net.ipv4.conf.all.send_redirects", "0", "agents learn nothing of the network"),
            new Sysctl("net.ipv4.conf.default.send_redirects", "0", "the same for interfaces made later"),
            new Sysctl("net.ipv4.conf.all.accept_source_route", "0", "senders do not choose routes"),
            new Sysctl("net.ipv4.conf.default.accept_source_route", "0", "the same for interfaces made later"),
            new Sysctl("net.ipv4.conf.all.arp_ignore", "1", "answer only for the asked interface's own address"),
            new Sysctl("net.ipv4.tcp_syncookies", "1", "the management port under a flood of half-open connections"),
            new Sysctl("net.ipv4.tcp_rfc1337", "1", "no early end of closing connections"),
            new Sysctl("net.ipv4.icmp_echo_ignore_broadcasts", "1", "no amplifier"),
            new Sysctl(
                    "net.ipv4.icmp_ratemask",
                    "6160",
                    "an agent is told of each packet that is refused; all but type 3 stay limited"),
            new Sysctl("net.ipv6.conf.all.forwarding", "0", "agents have no IPv6"),
            new Sysctl("net.ipv6.conf.default.disable_ipv6", "1", "agents' interfaces, made later, have none at all"),
            new Sysctl("net.ipv6.conf.all.accept_redirects", "0", "nobody on the network changes our routes"),
            new Sysctl("net.ipv6.conf.all.accept_source_route", "0", "senders do not choose routes"));

    private SysctlTable() {}

    /**
     * Writes each setting, and reads it back; returns those that could not be set, with their reasons.
     *
     * @param stops a panic stops the machine ({@link RootVerification#stops})
     */
    public static List<String> apply(Path procSys, boolean stops) {
        List<String> problems = new ArrayList<>();
        for (Sysctl each : ALL) {
            Sysctl setting = each.name().equals(PANIC)
                    ? new Sysctl(PANIC, RootVerification.panicSeconds(stops), each.why())
                    : each;
            Path file = procSys.resolve(setting.path());
            try {
                Cgroup.write(file, setting.value());
                String got = read(file).trim();
                if (!got.equals(setting.value())) {
                    problems.add(
                            setting.name() + " is " + got + ", not " + setting.value() + " (" + setting.why() + ")");
                }
            } catch (IOException e) {
                problems.add(setting.name() + " cannot be set (" + setting.why() + "): " + e.getMessage());
            }
        }
        return problems;
    }

    // One read call: these files answer only the first, and Files.readString, told a size of 0, asks for one byte.
    private static String read(Path file) throws IOException {
        byte[] buffer = new byte[4096];
        try (InputStream in = Files.newInputStream(file)) {
            int length = in.read(buffer);
            return new String(buffer, 0, Math.max(length, 0), StandardCharsets.US_ASCII);
        }
    }
}
