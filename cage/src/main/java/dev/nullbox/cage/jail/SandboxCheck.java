package dev.nullbox.cage.jail;

import dev.nullbox.protocol.Message;
import dev.nullbox.service.process.Privileges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Check of a VMM's sandbox, as the kernel reports it for this process. Source: proc_pid_status(5), proc_pid_ns(5),
 * proc_pid_cgroup(5), proc_pid_fd(5).
 */
final class SandboxCheck {
    /** Descriptors 0 to 3 are the daemon's own: specification, console, messages, status. */
    private static final int OWN_DESCRIPTORS = 4;

    /** SECCOMP_MODE_FILTER. */
    private static final String FILTERED = "2";

    private final Path procSelf;

    /** @param procSelf {@code /proc/self} */
    SandboxCheck(Path procSelf) {
        this.procSelf = procSelf;
    }

    /**
     * Missing parts of the sandbox, each with what was found instead; empty when it is complete.
     *
     * @throws IOException when /proc cannot be read
     */
    List<String> missing(Message expected) throws IOException {
        Map<String, String> status = Privileges.status(procSelf.resolve("status"));
        List<String> missing =
                new ArrayList<>(JailPrivileges.of(expected.getInt(VmSpec.UID), expected.getInt(JailSpec.KVM_GROUP))
                        .differences(status));
        Privileges.expect(missing, status, "Seccomp", FILTERED);
        // The first process of its PID namespace: its children end with it.
        Privileges.expect(missing, status, "Pid", "1");
        differs(missing, "network namespace", namespace("net"), expected.get(VmSpec.HOST_NET));
        differs(missing, "PID namespace", namespace("pid"), expected.get(JailSpec.HOST_PID));
        differs(missing, "mount namespace", namespace("mnt"), expected.get(VmSpec.HOST_MNT));
        Privileges.expect(missing, Map.of("cgroup", cgroup()), "cgroup", expected.get(JailSpec.CGROUP));
        missing.addAll(foreignDescriptors());
        return missing;
    }

    private static void differs(List<String> missing, String wall, String found, String host) {
        if (found.isEmpty() || found.equals(host)) {
            missing.add("the " + wall + " is the host's, " + host);
        }
    }

    private String namespace(String kind) throws IOException {
        return Files.readSymbolicLink(procSelf.resolve("ns").resolve(kind)).toString();
    }

    /** The path in the unified hierarchy, whose line begins with {@code 0::}. */
    private String cgroup() throws IOException {
        for (String line : Files.readAllLines(procSelf.resolve("cgroup"), StandardCharsets.UTF_8)) {
            if (line.startsWith("0::")) {
                return line.substring("0::".length());
            }
        }
        return "absent";
    }

    /**
     * Open descriptors beyond the daemon's four that are no plain file: a runtime's own archives are, a leak is not.
     */
    private List<String> foreignDescriptors() throws IOException {
        List<String> foreign = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(procSelf.resolve("fd"))) {
            for (Path link : open) {
                int number = Integer.parseInt(link.getFileName().toString());
                if (number >= OWN_DESCRIPTORS && isForeign(link)) {
                    foreign.add("descriptor " + number + " is open on " + target(link));
                }
            }
        }
        return foreign;
    }

    private static boolean isForeign(Path link) {
        String target = target(link);
        // The listing itself holds one descriptor, on the directory being listed.
        boolean isListing = target.startsWith("/proc/") && target.endsWith("/fd");
        boolean closedMeanwhile = target.isEmpty();
        return !closedMeanwhile && !isListing && !Files.isRegularFile(Path.of(target), LinkOption.NOFOLLOW_LINKS);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return "unreadable: " + e.getMessage();
        }
    }
}
