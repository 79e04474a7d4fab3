package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Tty;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Descriptors of a program's streams: its own ends, and the tools'. None is inherited unless it is duplicated to a
 * number.
 *
 * @param in write end of its input
 * @param out read end of its output
 * @param err read end of its errors; -1 for a terminal, which has one output
 * @param ownIn the program's end
 * @param ownOut the program's end
 * @param ownErr the program's end
 * @param isTerminal whether all of them are one pseudoterminal
 */
record ProgramStreams(int in, int out, int err, int ownIn, int ownOut, int ownErr, boolean isTerminal) {
    private static final int NONE = -1;

    /** Three pipes. */
    static ProgramStreams pipes(Libc libc) throws SyscallException {
        int[] ends = {NONE, NONE, NONE, NONE, NONE, NONE};
        try {
            for (int at = 0; at < ends.length; at += 2) {
                int[] pair = new int[2];
                libc.pipe2(pair, OpenFlags.O_CLOEXEC).orThrow("pipe2");
                System.arraycopy(pair, 0, ends, at, 2);
            }
            return new ProgramStreams(ends[1], ends[2], ends[4], ends[0], ends[3], ends[5], false);
        } catch (SyscallException e) {
            close(libc, ends);
            throw e;
        }
    }

    /**
     * A pseudoterminal. Source: pty(7), ioctl_tty(2).
     *
     * @param device its multiplexer, which may be another mount namespace's
     */
    static ProgramStreams terminal(Libc libc, Path device, int rows, int columns) throws IOException {
        int flags = OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC;
        int terminal = libc.open(device.toString(), flags, 0).orThrow("open " + device);
        int program = NONE;
        try {
            libc.ioctl(terminal, Tty.TIOCSPTLCK, new byte[Integer.BYTES]).orThrow("unlock a terminal");
            program = libc.ioctl(terminal, Tty.TIOCGPTPEER, flags).orThrow("open a terminal");
            resize(libc, terminal, rows, columns);
            int reader = libc.fcntl(terminal, Fcntl.F_DUPFD_CLOEXEC, 0).orThrow("fcntl F_DUPFD_CLOEXEC");
            return new ProgramStreams(terminal, reader, NONE, program, program, program, true);
        } catch (SyscallException e) {
            close(libc, terminal, program);
            throw e;
        }
    }

    /** Resizes a terminal; its programs get SIGWINCH. */
    static void resize(Libc libc, int terminal, int rows, int columns) throws SyscallException {
        byte[] size = ByteBuffer.allocate(4 * Short.BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) rows)
                .putShort((short) columns)
                .array();
        libc.ioctl(terminal, Tty.TIOCSWINSZ, size).orThrow("ioctl TIOCSWINSZ");
    }

    /** Closes the program's ends, which it has inherited by now. */
    void closeOwn(Libc libc) {
        close(libc, ownIn, ownOut, ownErr);
    }

    /** Closes the tools' ends. */
    void close(Libc libc) {
        close(libc, in, out, err);
    }

    private static void close(Libc libc, int... descriptors) {
        Set<Integer> each = new TreeSet<>();
        Arrays.stream(descriptors).filter(fd -> fd != NONE).forEach(each::add);
        each.forEach(libc::close);
    }
}
