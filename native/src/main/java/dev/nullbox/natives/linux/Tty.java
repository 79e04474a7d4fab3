package dev.nullbox.natives.linux;

/** Constants of ioctl_tty(2), by their C names. Source: {@code sys/ioctl.h}, x86-64. */
public final class Tty {
    public static final int TCGETS = 0x5401;
    public static final int TCSETS = 0x5402;
    /** With argument 1 as tcdrain(3): waits until all output is sent. */
    public static final int TCSBRK = 0x5409;

    /** Reads the window's size: struct winsize, four unsigned shorts, the first of which are rows and columns. */
    public static final int TIOCGWINSZ = 0x5413;
    /** Sets the window's size; the terminal's foreground processes get SIGWINCH. */
    public static final int TIOCSWINSZ = 0x5414;
    /** Opens the other side of a pseudoterminal, by the flags of open(2). */
    public static final int TIOCGPTPEER = 0x5441;
    /** Locks a pseudoterminal's other side, or unlocks it by an int of 0. */
    public static final long TIOCSPTLCK = 0x40045431L;

    private Tty() {}
}
