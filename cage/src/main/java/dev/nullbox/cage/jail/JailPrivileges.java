package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Rlimits;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.service.process.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Privileges of the calling thread, given up for good. Source: capabilities(7), prctl(2). */
final class JailPrivileges {
    private static final int MAX_DESCRIPTORS = 4096;
    private static final int OWNER_ONLY = 0077;

    private final Libc libc;

    JailPrivileges(Libc libc) {
        this.libc = libc;
    }

    /**
     * Has the kernel kill this thread's process when the daemon's spawning thread ends. A change of credentials takes
     * this back, so it is asked for again after one.
     */
    void dieWith(int parentPid) throws IOException {
        libc.prctl(Prctl.PR_SET_PDEATHSIG, Signals.SIGKILL, 0, 0, 0).orThrow("prctl PR_SET_PDEATHSIG");
        // A parent that died before the call above sends no signal any more.
        String expected = "PPid:\t" + parentPid;
        if (!Files.readAllLines(Path.of("/proc/thread-self/status")).contains(expected)) {
            throw new IOException("cage, process " + parentPid + ", has died");
        }
    }

    /** Becomes the user and group, with the one group more, without any capability now or after any execve. */
    void drop(int uid, int extraGroup) throws SyscallException {
        libc.setrlimit(Rlimits.RLIMIT_CORE, 0, 0).orThrow("setrlimit RLIMIT_CORE 0");
        libc.setrlimit(Rlimits.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS).orThrow("setrlimit RLIMIT_NOFILE");
        libc.umask(OWNER_ONLY).orThrow("umask 077");
        of(uid, extraGroup).assume(libc);
    }

    /** Privileges of a VMM: its own user, one group more, no capability. */
    static Privileges of(int uid, int extraGroup) {
        return new Privileges(uid, uid, List.of(extraGroup), 0, true);
    }
}
