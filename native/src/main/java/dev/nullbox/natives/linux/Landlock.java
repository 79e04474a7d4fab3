package dev.nullbox.natives.linux;

/**
 * Constants of landlock(7), by their C names, with the ABI that brought them where that is not the first. Source: {@code
 * linux/landlock.h} of Linux 6.12 (ABI 6).
 */
public final class Landlock {
    public static final int LANDLOCK_CREATE_RULESET_VERSION = 1;
    public static final int LANDLOCK_RULE_PATH_BENEATH = 1;
    /** ABI 4. */
    public static final int LANDLOCK_RULE_NET_PORT = 2;
    // of files and directories; the rules of a file take the first three, TRUNCATE and IOCTL_DEV alone
    public static final long LANDLOCK_ACCESS_FS_EXECUTE = 1;
    public static final long LANDLOCK_ACCESS_FS_WRITE_FILE = 1 << 1;
    public static final long LANDLOCK_ACCESS_FS_READ_FILE = 1 << 2;
    public static final long LANDLOCK_ACCESS_FS_READ_DIR = 1 << 3;
    public static final long LANDLOCK_ACCESS_FS_REMOVE_DIR = 1 << 4;
    public static final long LANDLOCK_ACCESS_FS_REMOVE_FILE = 1 << 5;
    public static final long LANDLOCK_ACCESS_FS_MAKE_CHAR = 1 << 6;
    public static final long LANDLOCK_ACCESS_FS_MAKE_DIR = 1 << 7;
    public static final long LANDLOCK_ACCESS_FS_MAKE_REG = 1 << 8;
    public static final long LANDLOCK_ACCESS_FS_MAKE_SOCK = 1 << 9;
    public static final long LANDLOCK_ACCESS_FS_MAKE_FIFO = 1 << 10;
    public static final long LANDLOCK_ACCESS_FS_MAKE_BLOCK = 1 << 11;
    public static final long LANDLOCK_ACCESS_FS_MAKE_SYM = 1 << 12;
    /** ABI 2. */
    public static final long LANDLOCK_ACCESS_FS_REFER = 1 << 13;
    /** ABI 3. */
    public static final long LANDLOCK_ACCESS_FS_TRUNCATE = 1 << 14;
    /** ABI 5. */
    public static final long LANDLOCK_ACCESS_FS_IOCTL_DEV = 1 << 15;
    /** ABI 4. */
    public static final long LANDLOCK_ACCESS_NET_BIND_TCP = 1;

    public static final long LANDLOCK_ACCESS_NET_CONNECT_TCP = 1 << 1;
    /** ABI 6. */
    public static final long LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 1;

    public static final long LANDLOCK_SCOPE_SIGNAL = 1 << 1;

    private Landlock() {}
}
