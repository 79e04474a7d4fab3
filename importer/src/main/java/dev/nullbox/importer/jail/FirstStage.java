package dev.nullbox.importer.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.CloseRange;
import dev.nullbox.natives.linux.Rlimits;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.service.process.Cgroup;
import dev.nullbox.service.sandbox.PrivateRoot;
import dev.nullbox.service.sandbox.SandboxProcess;
import dev.nullbox.service.seccomp.AllowList;
import dev.nullbox.service.seccomp.ListedCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * First stage of an import: enters the sandbox and executes the second stage inside it.
 *
 * <p>Namespaces, credentials and capabilities belong to a thread; execve(2) ends all threads but the caller, so all is
 * done by one thread, the one that calls execve. Until then nothing of the archive is read.
 */
public final class FirstStage {
    /** The argument that starts the second stage. */
    public static final String SECOND_STAGE = "work";

    private static final Path REQUEST_FILE = Path.of("/request");
    private static final List<String> ENVIRONMENT = List.of("LANG=C.UTF-8", "PATH=/sbin:/bin");
    private static final int LAST_STANDARD = 2;
    /** Most descriptors: mkfs.erofs has one for each of up to 256 files that its threads compress. */
    private static final int MAX_DESCRIPTORS = 1024;

    private static final int MAX_TASKS = 64;
    private static final int OWNER_ONLY = 0077;
    /** Out-of-memory score, of -1000 to 1000: above any service, below a microVM. Source: proc_pid_oom_score_adj(5). */
    private static final String OOM_SCORE = "800";

    private final Libc libc;
    private final Message request;

    private FirstStage(Libc libc, Message request) {
        this.libc = libc;
        this.request = request;
    }

    /** Returns only with a failure. */
    public static void enter(Libc libc, Message request) throws IOException {
        new FirstStage(libc, request).enter();
    }

    private void enter() throws IOException {
        SandboxProcess.dieWithParent(libc, "cage", request.get(ImportProtocol.CAGE_PID));
        Cgroup.write(Path.of("/proc/self/oom_score_adj"), OOM_SCORE);
        int uid = request.getInt(ImportProtocol.UID);
        for (String path : List.of(request.get(ImportProtocol.SOURCE), request.get(ImportProtocol.WORK))) {
            libc.chown(path, uid, uid).orThrow("chown " + path + " to " + uid);
        }
        Message inside = SandboxCheck.expected(request);
        SandboxProcess.leaveHost(libc, "importer");
        JailRoot.enter(libc, request);
        SandboxProcess.giveInput(libc, REQUEST_FILE, Json.bytes(Codec.encode(inside)));
        PrivateRoot.seal(libc);
        limit();
        libc.umask(OWNER_ONLY).orThrow("umask 077");
        SandboxCheck.privileges(uid).assume(libc);
        // A change of credentials has undone it.
        SandboxProcess.dieWithParent(libc);
        libc.closeRange(LAST_STANDARD + 1, -1, CloseRange.CLOSE_RANGE_CLOEXEC).orThrow("close_range");
        List<String> command = new ArrayList<>(request.get(ImportProtocol.LAUNCHER));
        command.add(SECOND_STAGE);
        JailLandlock.restrict(libc, request);
        List<ListedCall> calls = new ArrayList<>(AllowList.ofRuntime(ImportPolicy.RUNTIME_CALLS));
        calls.addAll(ImportPolicy.CALLS);
        AllowList.install(libc, 0, calls);
        libc.execve(command.getFirst(), command, ENVIRONMENT).orThrow("execve " + command.getFirst());
    }

    /**
     * Limits of each process. The length of files is not among them: mkfs.erofs keeps uncompressed data in the image, 1
     * TiB behind its beginning. Cage has a quota for the work directory.
     */
    private void limit() throws SyscallException {
        long seconds = request.get(ImportProtocol.LIMIT_SECONDS);
        libc.setrlimit(Rlimits.RLIMIT_CORE, 0, 0).orThrow("setrlimit RLIMIT_CORE");
        libc.setrlimit(Rlimits.RLIMIT_CPU, seconds, seconds).orThrow("setrlimit RLIMIT_CPU");
        libc.setrlimit(Rlimits.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS).orThrow("setrlimit RLIMIT_NOFILE");
        libc.setrlimit(Rlimits.RLIMIT_NPROC, MAX_TASKS, MAX_TASKS).orThrow("setrlimit RLIMIT_NPROC");
    }
}
