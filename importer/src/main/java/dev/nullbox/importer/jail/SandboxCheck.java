package dev.nullbox.importer.jail;

import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.struct;

import dev.nullbox.natives.Libc;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.service.process.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Check of an import's sandbox, as the kernel reports it to the second stage. Source: proc_pid_status(5), proc_pid_ns(5). */
public final class SandboxCheck {
    /** SECCOMP_MODE_FILTER. */
    private static final String FILTERED = "2";

    private static final Field<String> HOST_NET = Field.of("host_net", TEXT, "the host's network namespace");
    private static final Field<String> HOST_MNT = Field.of("host_mnt", TEXT, "the host's mount namespace");
    private static final Path SELF = Path.of("/proc/self");

    /** Fields of the second stage's request. */
    public static final FieldType.Struct FIELDS = struct(
            HOST_NET,
            HOST_MNT,
            ImportProtocol.UID,
            ImportProtocol.MKFS,
            ImportProtocol.SOURCE,
            ImportProtocol.WORK,
            ImportProtocol.IMAGE,
            ImportProtocol.LIMIT_BYTES,
            ImportProtocol.LIMIT_ENTRIES,
            ImportProtocol.LIMIT_SECONDS);

    private SandboxCheck() {}

    /** The second stage's request: paths as it sees them, and namespaces that must not be its own. */
    static Message expected(Message request) throws IOException {
        Path self = Path.of("/proc/thread-self");
        return Message.of(
                        HOST_NET.is(namespace(self, "net")),
                        HOST_MNT.is(namespace(self, "mnt")),
                        ImportProtocol.UID.is(request.get(ImportProtocol.UID)),
                        ImportProtocol.MKFS.is(request.get(ImportProtocol.MKFS)),
                        ImportProtocol.SOURCE.is(JailRoot.SOURCE.toString()),
                        ImportProtocol.WORK.is(JailRoot.WORK.toString()),
                        ImportProtocol.LIMIT_BYTES.is(request.get(ImportProtocol.LIMIT_BYTES)),
                        ImportProtocol.LIMIT_ENTRIES.is(request.get(ImportProtocol.LIMIT_ENTRIES)),
                        ImportProtocol.LIMIT_SECONDS.is(request.get(ImportProtocol.LIMIT_SECONDS)))
                .and(ImportProtocol.IMAGE, request.find(ImportProtocol.IMAGE));
    }

    static Privileges privileges(int uid) {
        return new Privileges(uid, uid, List.of(), 0, true);
    }

    /** Missing parts of the sandbox, each with what was found instead; empty when it is complete. */
    public static List<String> missing(Libc libc, Message request) throws IOException {
        Map<String, String> status = Privileges.status(SELF.resolve("status"));
        List<String> missing =
                new ArrayList<>(privileges(request.getInt(ImportProtocol.UID)).differences(status));
        Privileges.expect(missing, status, "Seccomp", FILTERED);
        // The first process of its PID namespace: its children end with it.
        Privileges.expect(missing, status, "Pid", "1");
        isApart(missing, "net", request.get(HOST_NET));
        isApart(missing, "mnt", request.get(HOST_MNT));
        missing.addAll(JailLandlock.missing(libc));
        return missing;
    }

    private static void isApart(List<String> missing, String kind, String host) throws IOException {
        if (namespace(SELF, kind).equals(host)) {
            missing.add("the " + kind + " namespace is the host's, " + host);
        }
    }

    private static String namespace(Path process, String kind) throws IOException {
        return Files.readSymbolicLink(process.resolve("ns").resolve(kind)).toString();
    }
}
