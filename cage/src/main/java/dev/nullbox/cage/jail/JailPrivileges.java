package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Rlimits;
import dev.nullbox.service.process.Cgroup;
import dev.nullbox.service.process.Privileges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Drop of the calling thread's privileges, irrevocably. Source: capabilities(7), prctl(2). */
final class JailPrivileges {
    /** Descriptors of a VMM: some sixty of its own, two for each connection that its guest opens. */
    private static final int MAX_DESCRIPTORS = 512;

    private static final int OWNER_ONLY = 0077;
    /** Out-of-memory score, of -1000 to 1000: above any service. Source: proc_pid_oom_score_adj(5). */
    private static final String OOM_SCORE = "900";

    private final Libc libc;

    JailPrivileges(Libc libc) {
        this.libc = libc;
    }

    /** Has the kernel kill this process, and what it executes, before any service when memory runs out. */
    void dieFirst() throws IOException {
        Cgroup.write(Path.of("/proc/self/oom_score_adj"), OOM_SCORE);
    }

    /**
     * Becomes the user and group, with one supplementary group, without any capability now or after any execve.
     *
     * @param maxFileBytes largest file length that it can write
     */
    void drop(int uid, int extraGroup, long maxFileBytes) throws SyscallException {
        libc.setrlimit(Rlimits.RLIMIT_CORE, 0, 0).orThrow("setrlimit RLIMIT_CORE 0");
        libc.setrlimit(Rlimits.RLIMIT_FSIZE, maxFileBytes, maxFileBytes).orThrow("setrlimit RLIMIT_FSIZE");
        libc.setrlimit(Rlimits.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS).orThrow("setrlimit RLIMIT_NOFILE");
        libc.umask(OWNER_ONLY).orThrow("umask 077");
        of(uid, extraGroup).assume(libc);
    }

    /** Privileges of a VMM: its own user, one group more, no capability. */
    static Privileges of(int uid, int extraGroup) {
        return new Privileges(uid, uid, List.of(extraGroup), 0, true);
    }
}
