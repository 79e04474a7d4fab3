package dev.nullbox.nullctl.terminal;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Tty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The terminal at standard input, in raw mode until closed: keys are read one by one, without echo, and Ctrl-C is a
 * key. Source: termios(3), ioctl_tty(2).
 */
final class RawTerminal implements Streams.RawMode {
    private static final int STDIN = 0;
    /** struct termios: four words of flags, the line discipline and 19 control characters. */
    private static final int TERMIOS_BYTES = 4 * Integer.BYTES + 1 + 19;

    private static final int INPUT = 0;
    private static final int OUTPUT = 4;
    private static final int CONTROL = 8;
    private static final int LOCAL = 12;
    private static final int VTIME = 17 + 5;
    private static final int VMIN = 17 + 6;

    /** IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL and IXON. */
    private static final int INPUT_OFF = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
    /** OPOST. */
    private static final int OUTPUT_OFF = 0x1;
    /** CSIZE and PARENB. */
    private static final int CONTROL_OFF = 0x30 | 0x100;

    private static final int CS8 = 0x30;
    /** ISIG, ICANON, ECHO, ECHONL and IEXTEN. */
    private static final int LOCAL_OFF = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;

    private final Libc libc;
    private final byte[] before;
    private final Thread restorer;

    private RawTerminal(Libc libc, byte[] before) {
        this.libc = libc;
        this.before = before;
        this.restorer = new Thread(this::restore);
    }

    /**
     * Enters raw mode; a signal that ends this process restores the settings too.
     *
     * @throws UsageException when standard input is no terminal
     */
    static RawTerminal enter(Libc libc) throws UsageException {
        byte[] before = new byte[TERMIOS_BYTES];
        try {
            libc.ioctl(STDIN, Tty.TCGETS, before).orThrow("ioctl TCGETS");
            RawTerminal terminal = new RawTerminal(libc, before);
            Runtime.getRuntime().addShutdownHook(terminal.restorer);
            libc.ioctl(STDIN, Tty.TCSETS, raw(before)).orThrow("ioctl TCSETS");
            return terminal;
        } catch (SyscallException e) {
            throw new UsageException("standard input is no terminal (" + e.getMessage() + "): leave -t out");
        }
    }

    /** The settings without those that change keys or output. */
    static byte[] raw(byte[] settings) {
        byte[] copy = settings.clone();
        ByteBuffer words = ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder());
        words.putInt(INPUT, words.getInt(INPUT) & ~INPUT_OFF);
        words.putInt(OUTPUT, words.getInt(OUTPUT) & ~OUTPUT_OFF);
        words.putInt(CONTROL, (words.getInt(CONTROL) & ~CONTROL_OFF) | CS8);
        words.putInt(LOCAL, words.getInt(LOCAL) & ~LOCAL_OFF);
        copy[VMIN] = 1;
        copy[VTIME] = 0;
        return copy;
    }

    @Override
    public Streams.Size size() {
        byte[] size = new byte[4 * Short.BYTES];
        ByteBuffer words = ByteBuffer.wrap(size).order(ByteOrder.nativeOrder());
        // A terminal that does not know its size says 0: the usual size is used then.
        return libc.ioctl(STDIN, Tty.TIOCGWINSZ, size).isOk() && words.getShort(0) != 0 && words.getShort(2) != 0
                ? new Streams.Size(words.getShort(0) & 0xffff, words.getShort(2) & 0xffff)
                : Streams.Size.USUAL;
    }

    private void restore() {
        libc.ioctl(STDIN, Tty.TCSETS, before);
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(restorer);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook has restored the settings.
        }
    }
}
