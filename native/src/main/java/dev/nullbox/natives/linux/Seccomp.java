package dev.nullbox.natives.linux;

/**
 * Constants of seccomp(2), and the layout of its filters' input, by their C names. Source: {@code linux/seccomp.h},
 * {@code linux/audit.h}, x86-64.
 *
 * <pre>
 * struct seccomp_data   nr 0..3   arch 4..7   instruction_pointer 8..15   args[6] 16..63, the low half first
 * </pre>
 */
public final class Seccomp {
    public static final int SECCOMP_MODE_FILTER = 2;
    public static final int SECCOMP_SET_MODE_FILTER = 1;
    /** All threads of the process get the filter, and no_new_privs, at once. */
    public static final int SECCOMP_FILTER_FLAG_TSYNC = 1;
    /**
     * With TSYNC: a thread that cannot follow makes the call fail with ESRCH; otherwise its number is the call's value.
     */
    public static final int SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 16;

    public static final int SECCOMP_RET_KILL_PROCESS = 0x80000000;
    public static final int SECCOMP_RET_ERRNO = 0x00050000;
    public static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    public static final int AUDIT_ARCH_X86_64 = 0xc000003e;

    private Seccomp() {}
}
