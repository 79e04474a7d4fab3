package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Prctl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Core scheduling: a VMM never shares the two hardware threads of a core with another process at the same time. Source:
 * core-scheduling.rst.
 */
public final class CoreScheduling {
    private static final int SELF = 0;
    private static final Path SIBLINGS = Path.of("/sys/devices/system/cpu/smt/active");

    private CoreScheduling() {}

    /**
     * Gives the calling process a cookie of its own, which its children and executed programs keep.
     *
     * @return false when no core has two threads, and none is needed
     * @throws IOException when there are siblings and no cookie
     */
    static boolean separate(Libc libc) throws IOException {
        SysResult made = libc.prctl(
                Prctl.PR_SCHED_CORE, Prctl.PR_SCHED_CORE_CREATE, SELF, Prctl.PR_SCHED_CORE_SCOPE_THREAD_GROUP, 0);
        if (isNeedless(made)) {
            return false;
        }
        made.orThrow("prctl PR_SCHED_CORE_CREATE");
        return true;
    }

    /** Tells whether no core has two threads: ENODEV, or a kernel without core scheduling, EINVAL. */
    public static boolean isNeedless(Libc libc) {
        return isNeedless(cookie(libc, new byte[Long.BYTES]));
    }

    private static boolean isNeedless(SysResult result) {
        return result.failedWith(Errno.ENODEV) || (result.failedWith(Errno.EINVAL) && !hasSiblings());
    }

    /** The calling thread's cookie; 0 is shared by all. */
    static long cookie(Libc libc) throws SyscallException {
        byte[] cookie = new byte[Long.BYTES];
        cookie(libc, cookie).orThrow("prctl PR_SCHED_CORE_GET");
        return ByteBuffer.wrap(cookie).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static SysResult cookie(Libc libc, byte[] struct) {
        return libc.prctl(Prctl.PR_SCHED_CORE, Prctl.PR_SCHED_CORE_GET, SELF, Prctl.PR_SCHED_CORE_SCOPE_THREAD, struct);
    }

    /** Tells whether cores have two threads; true when that cannot be read: fails closed. */
    private static boolean hasSiblings() {
        try {
            return !Files.readString(SIBLINGS).strip().equals("0");
        } catch (IOException e) {
            return true;
        }
    }
}
