package dev.nullbox.natives.linux;

/** Constants of waitpid(2), by their C names. Source: {@code sys/wait.h}, x86-64. */
public final class Wait {
    public static final int WNOHANG = 1;
    public static final int WUNTRACED = 2;
    public static final int WCONTINUED = 8;

    private Wait() {}
}
