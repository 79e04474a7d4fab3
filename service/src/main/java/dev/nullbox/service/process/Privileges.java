package dev.nullbox.service.process;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Prctl;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * User, groups and capabilities of a thread and of the programs it executes. They are attributes of a thread, and
 * execve(2) keeps the calling thread's. Source: capabilities(7), prctl(2).
 *
 * @param groups the supplementary groups
 * @param capabilities the only ones, as a mask; ambient for a user other than root, so that programs keep them
 * @param noNewPrivs whether the programs it executes can never gain more
 */
public record Privileges(int uid, int gid, List<Integer> groups, long capabilities, boolean noNewPrivs) {
    /** Copies the groups. */
    public Privileges {
        groups = List.copyOf(groups);
    }

    /** Gives the calling thread, which must be root's, these privileges; {@link #differences} verifies them. */
    public void assume(Libc libc) throws SyscallException {
        dropBoundingSet(libc);
        libc.prctl(Prctl.PR_SET_KEEPCAPS, 1, 0, 0, 0).orThrow("prctl PR_SET_KEEPCAPS");
        libc.setgroups(groups.stream().mapToInt(Integer::intValue).toArray()).orThrow("setgroups " + groups);
        libc.setresgid(gid, gid, gid).orThrow("setresgid " + gid);
        libc.setresuid(uid, uid, uid).orThrow("setresuid " + uid);
        libc.capset(Capabilities.header(), Capabilities.encode(capabilities, capabilities, capabilities))
                .orThrow("capset to " + mask(capabilities));
        libc.prctl(Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
                .orThrow("prctl PR_CAP_AMBIENT_CLEAR_ALL");
        for (int number = 0; number < Long.SIZE; number++) {
            if ((ambient() & 1L << number) != 0) {
                libc.prctl(Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_RAISE, number, 0, 0)
                        .orThrow("prctl PR_CAP_AMBIENT_RAISE " + number);
            }
        }
        if (noNewPrivs) {
            libc.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).orThrow("prctl PR_SET_NO_NEW_PRIVS");
        }
    }

    /** Drops up to the kernel's last capability, which may be newer than this build; the next one is EINVAL. */
    private void dropBoundingSet(Libc libc) throws SyscallException {
        for (int number = 0; number < Long.SIZE; number++) {
            if ((capabilities & 1L << number) == 0) {
                SysResult dropped = libc.prctl(Prctl.PR_CAPBSET_DROP, number, 0, 0, 0);
                if (number > Capabilities.CAP_LAST_CAP && dropped.failedWith(Errno.EINVAL)) {
                    return;
                }
                dropped.orThrow("prctl PR_CAPBSET_DROP " + number);
            }
        }
    }

    /** Empty for root: its programs have the capabilities of the bounding set. */
    private long ambient() {
        return uid == 0 ? 0 : capabilities;
    }

    /** Differences between a thread's status and these privileges; empty when they are in force. */
    public List<String> differences(Map<String, String> status) {
        List<String> differences = new ArrayList<>();
        expect(differences, status, "Uid", (uid + "\t").repeat(4).strip());
        expect(differences, status, "Gid", (gid + "\t").repeat(4).strip());
        expect(
                differences,
                status,
                "Groups",
                groups.stream().distinct().sorted().map(String::valueOf).collect(Collectors.joining(" ")));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd")) {
            expect(differences, status, set, mask(capabilities));
        }
        expect(differences, status, "CapAmb", mask(ambient()));
        if (noNewPrivs) {
            expect(differences, status, "NoNewPrivs", "1");
        }
        return differences;
    }

    /** Adds a difference when a status field has another value. */
    public static void expect(List<String> differences, Map<String, String> status, String field, String wanted) {
        String got = status.getOrDefault(field, "absent");
        if (!got.equals(wanted)) {
            differences.add(field + " is " + got + ", not " + wanted);
        }
    }

    /**
     * The fields of {@code /proc/thread-self/status} by name, as the kernel has them. Read without a channel of NIO,
     * which loads the JDK's network library: its sockets are what a filter of the reader may end it for. Source:
     * proc_pid_status(5).
     *
     * @throws IOException when it cannot be read
     */
    public static Map<String, String> status(Path file) throws IOException {
        Map<String, String> fields = new HashMap<>();
        String text;
        try (InputStream in = new FileInputStream(file.toFile())) {
            text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        for (String line : text.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private static String mask(long capabilities) {
        return HexFormat.of().toHexDigits(capabilities);
    }
}
