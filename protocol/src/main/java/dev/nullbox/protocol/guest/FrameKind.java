package dev.nullbox.protocol.guest;

import java.util.Arrays;
import java.util.Optional;

/** Kind of a frame. */
public enum FrameKind {
    /** A request: operation, number, fields. */
    CALL(1),
    /** The answer to a call: its operation and number, fields. */
    ANSWER(2),
    /** Bytes for a program's standard input. */
    STDIN(3),
    /** Bytes of a program's standard output. */
    STDOUT(4),
    /** Bytes of a program's standard error. */
    STDERR(5),
    /** End of the sender's stream: there is no half-close. */
    END(6),
    /** Rows and columns of a terminal, 2 bytes big-endian each. */
    RESIZE(7),
    /** A signal's number, 4 bytes big-endian. */
    SIGNAL(8),
    /** The end of a program, in fields. */
    EXIT(9),
    /**
     * Flow control: so many bytes of the receiver's stream were taken, and as many more may come: 4 bytes big-endian.
     */
    CREDIT(10);

    private final int number;

    FrameKind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The kind of the number; empty when there is none. */
    public static Optional<FrameKind> of(int number) {
        return Arrays.stream(values()).filter(kind -> kind.number() == number).findFirst();
    }
}
