package dev.nullbox.nulld;

/** The kernel's numbers that PID 1 uses, named as in C. Sources: the headers named at each group (x86-64). */
final class Sys {
    // sys/mount.h
    static final long MS_RDONLY = 1;
    static final long MS_NOSUID = 2;
    static final long MS_NODEV = 4;
    static final long MS_NOEXEC = 8;
    static final long MS_REMOUNT = 32;
    static final long MS_MOVE = 8192;
    static final int MNT_DETACH = 2;

    // linux/reboot.h
    static final int RB_AUTOBOOT = 0x01234567;
    static final int RB_POWER_OFF = 0x4321fedc;
    static final int RB_HALT_SYSTEM = 0xcdef0123;
    static final int RB_DISABLE_CAD = 0;

    // signal.h
    static final int SIGHUP = 1;
    static final int SIGINT = 2;
    static final int SIGKILL = 9;
    static final int SIGPIPE = 13;
    static final int SIGTERM = 15;
    static final int SIGPWR = 30;

    // fcntl.h
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_NOCTTY = 0x100;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    // poll.h
    static final int POLLIN = 1;

    // asm-generic/ioctls.h: with argument 1, tcdrain(3)
    static final long TCSBRK = 0x5409;

    // linux/loop.h
    static final long LOOP_CTL_GET_FREE = 0x4C82;
    static final long LOOP_CONFIGURE = 0x4C0A;
    static final int LO_FLAGS_READ_ONLY = 1;
    static final int LO_FLAGS_AUTOCLEAR = 4;

    // sys/prctl.h
    static final int PR_SET_KEEPCAPS = 8;
    static final int PR_CAPBSET_DROP = 24;
    static final int PR_SET_NO_NEW_PRIVS = 38;
    static final int PR_CAP_AMBIENT = 47;
    static final int PR_CAP_AMBIENT_RAISE = 2;
    static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;

    // sys/resource.h
    static final int RLIMIT_CORE = 4;
    static final int RLIMIT_NOFILE = 7;

    private Sys() {}
}
