package dev.nullbox.natives.linux;

/**
 * Constants of seccomp(2), and the layout of what its filters see, by their C names. Source: {@code linux/seccomp.h},
 * {@code linux/audit.h}, x86-64.
 *
 * <pre>
 * struct seccomp_data   nr 0..3   arch 4..7   instruction_pointer 8..15   args[6] 16..63, the low half first
 * </pre>
 */
public final class Seccomp {
    public static final int SECCOMP_MODE_FILTER = 2;
    public static final int SECCOMP_RET_KILL_PROCESS = 0x80000000;
    public static final int SECCOMP_RET_ERRNO = 0x00050000;
    public static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    public static final int AUDIT_ARCH_X86_64 = 0xc000003e;

    private Seccomp() {}
}
