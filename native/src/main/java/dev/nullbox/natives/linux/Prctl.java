package dev.nullbox.natives.linux;

/** Constants of prctl(2), by their C names. Source: {@code linux/prctl.h}, x86-64. */
public final class Prctl {
    public static final int PR_SET_PDEATHSIG = 1;
    public static final int PR_GET_PDEATHSIG = 2;
    public static final int PR_GET_DUMPABLE = 3;
    public static final int PR_SET_DUMPABLE = 4;
    public static final int PR_GET_KEEPCAPS = 7;
    public static final int PR_SET_KEEPCAPS = 8;
    public static final int PR_SET_NAME = 15;
    public static final int PR_GET_NAME = 16;
    public static final int PR_GET_SECCOMP = 21;
    public static final int PR_CAPBSET_READ = 23;
    public static final int PR_CAPBSET_DROP = 24;
    public static final int PR_GET_SECUREBITS = 27;
    public static final int PR_SET_SECUREBITS = 28;
    public static final int PR_SET_CHILD_SUBREAPER = 36;
    public static final int PR_GET_CHILD_SUBREAPER = 37;
    public static final int PR_SET_NO_NEW_PRIVS = 38;
    public static final int PR_GET_NO_NEW_PRIVS = 39;
    public static final int PR_CAP_AMBIENT = 47;
    public static final int PR_CAP_AMBIENT_IS_SET = 1;
    public static final int PR_CAP_AMBIENT_RAISE = 2;
    public static final int PR_CAP_AMBIENT_LOWER = 3;
    public static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    /**
     * Core scheduling: processes of different cookies never run on two threads of one core at once. ENODEV where no core has
     * two threads, EINVAL where the kernel is built without it. Source: core-scheduling.rst.
     */
    public static final int PR_SCHED_CORE = 62;

    public static final int PR_SCHED_CORE_GET = 0;
    public static final int PR_SCHED_CORE_CREATE = 1;
    public static final int PR_SCHED_CORE_SCOPE_THREAD = 0;
    public static final int PR_SCHED_CORE_SCOPE_THREAD_GROUP = 1;

    private Prctl() {}
}
