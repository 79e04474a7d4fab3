package dev.nullbox.protocol.guest;

import java.util.Arrays;
import java.util.Optional;

/**
 * Name of a field. A number has 8 bytes, big-endian; text is UTF-8 without NUL; a tag
 * that comes again makes a list.
 */
public enum GuestTag {
    VERSION(1),
    ROLE(2),
    TOKEN(3),
    /** An error; an answer without it means success. */
    ERROR(4),
    NAME(5),
    PATH(6),
    DATA(7),
    MODE(8),
    UID(9),
    GID(10),
    TEXT(11),
    HOW(12),
    CODE(13),
    SIGNAL(14),
    MILLIS(15),
    /** Nanoseconds since 1970. */
    NANOS(16),
    HOSTNAME(17),
    /** An IPv4 address, dotted. */
    ADDRESS(18),
    /** The length of its network's prefix. */
    PREFIX(19),
    GATEWAY(20),
    MTU(21),
    USER(22),
    WORKDIR(23),
    /** {@link GuestRoot}. */
    ROOT(24),
    /** 1: the agent runs; 0: the init alone. */
    AGENT(25),
    /** Bytes that the agent may use; 0: the init chooses. */
    MEMORY(26),
    WRITE(27),
    READ(28),
    PORT(29),
    WORD(30),
    ENV(31),
    DNS(32),
    APPEND(33),
    /** 32 hexadecimal digits of machine-id. */
    MACHINE(34),
    TERMINAL(35),
    ROWS(36),
    COLUMNS(37),
    PIDS(38),
    /** The name of a disk, in the order in which libkrun was given them: the first is vda. */
    DISK(39),
    /** 1: the command's input comes by the connection of its output, whose directions have windows; 0: neither. */
    STREAMS(40);

    private final int number;

    GuestTag(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The tag of the number; empty when there is none. */
    public static Optional<GuestTag> of(int number) {
        return Arrays.stream(values()).filter(tag -> tag.number() == number).findFirst();
    }
}
