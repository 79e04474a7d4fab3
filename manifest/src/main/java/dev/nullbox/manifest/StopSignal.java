package dev.nullbox.manifest;

/** Signal that asks an agent to end, by its name and its number on x86-64. Source: signal(7). */
public enum StopSignal implements Keyword {
    /** Terminal closed; many servers read their configuration again instead. */
    SIGHUP(1),
    /** Ctrl-C. */
    SIGINT(2),
    /** Ctrl-\; some servers end gracefully by it. */
    SIGQUIT(3),
    /** Abort, with a core where one is allowed. */
    SIGABRT(6),
    /** Kill, without a chance to clean up. */
    SIGKILL(9),
    /** The program's own. */
    SIGUSR1(10),
    /** The program's own. */
    SIGUSR2(12),
    /** Alarm clock. */
    SIGALRM(14),
    /** Termination, the usual request to end. */
    SIGTERM(15),
    /** Window size; a graceful end of Apache httpd. */
    SIGWINCH(28),
    /** Power failure; an end of LXC's and System V's init. */
    SIGPWR(30),
    /** The third real-time signal of the C library, 37 with glibc; the halt of systemd. */
    SIGRTMIN_3("SIGRTMIN+3", 37);

    private final String key;
    private final int number;

    StopSignal(int number) {
        this.key = name();
        this.number = number;
    }

    StopSignal(String key, int number) {
        this.key = key;
        this.number = number;
    }

    @Override
    public String key() {
        return key;
    }

    /** The number for kill(2). */
    public int number() {
        return number;
    }
}
