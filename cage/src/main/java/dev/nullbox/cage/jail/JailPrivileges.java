package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Rlimits;
import dev.nullbox.natives.linux.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the calling thread may do, given up for good. Source: capabilities(7), prctl(2). */
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
        dropBoundingSet();
        libc.setgroups(new int[] {extraGroup}).orThrow("setgroups " + extraGroup);
        libc.setresgid(uid, uid, uid).orThrow("setresgid " + uid);
        libc.setresuid(uid, uid, uid).orThrow("setresuid " + uid);
        libc.prctl(Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
                .orThrow("prctl PR_CAP_AMBIENT_CLEAR_ALL");
        libc.capset(Capabilities.header(), Capabilities.encode(0, 0, 0)).orThrow("capset to no capability");
        libc.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).orThrow("prctl PR_SET_NO_NEW_PRIVS");
    }

    /** All that this kernel knows, which may be more than this build does: EINVAL says where they end. */
    private void dropBoundingSet() throws SyscallException {
        for (int capability = 0; capability < Long.SIZE; capability++) {
            SysResult dropped = libc.prctl(Prctl.PR_CAPBSET_DROP, capability, 0, 0, 0);
            if (dropped.failedWith(Errno.EINVAL) && capability > Capabilities.CAP_LAST_CAP / 2) {
                return;
            }
            dropped.orThrow("prctl PR_CAPBSET_DROP " + capability);
        }
    }
}
