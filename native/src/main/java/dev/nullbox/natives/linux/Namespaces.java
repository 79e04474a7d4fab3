package dev.nullbox.natives.linux;

/** Constants of namespaces(7), by their C names. Source: {@code sched.h}, x86-64. */
public final class Namespaces {
    public static final int CLONE_NEWNS = 0x20000;
    public static final int CLONE_NEWCGROUP = 0x2000000;
    public static final int CLONE_NEWUTS = 0x4000000;
    public static final int CLONE_NEWIPC = 0x8000000;
    public static final int CLONE_NEWUSER = 0x10000000;
    public static final int CLONE_NEWPID = 0x20000000;
    public static final int CLONE_NEWNET = 0x40000000;

    private Namespaces() {}
}
