package dev.nullbox.nulld.boot;

import dev.nullbox.nulld.linux.Cmdline;

/**
 * Request of the operator for the data partition, from the kernel's command line. A request that stays on the command
 * line destroys no data: none changes a file system that can be mounted, but erase, which names the UUID, and the new
 * file system has another.
 *
 * @param kind what is requested
 * @param text the option's value
 */
record DataRequest(Kind kind, String text) {
    static final String OPTION = "nullbox.data";
    private static final String ERASE = "erase:";

    /** Kind of request. */
    enum Kind {
        /** No request: an existing partition is used. */
        PRESENT,
        /** State in memory. */
        NONE,
        /** The partition is waited for. */
        WAIT,
        /** As WAIT; a blank partition gets a file system. */
        FORMAT,
        /** As WAIT; the file system of this UUID is overwritten by a new one. */
        ERASE,
        /** As WAIT; a file system that cannot be mounted is repaired. */
        REPAIR,
        /** Not a request. */
        UNKNOWN
    }

    static DataRequest of(Cmdline cmdline) {
        String text = cmdline.value(OPTION).orElse("");
        Kind kind = switch (text) {
            case "" -> Kind.PRESENT;
            case "none" -> Kind.NONE;
            case "wait" -> Kind.WAIT;
            case "format" -> Kind.FORMAT;
            case "repair" -> Kind.REPAIR;
            default -> text.startsWith(ERASE) ? Kind.ERASE : Kind.UNKNOWN;
        };
        return new DataRequest(kind, text);
    }

    /** The option's value that erases the file system of this UUID. */
    static String erase(Object uuid) {
        return OPTION + "=" + ERASE + uuid;
    }

    /** Tells whether it requests a partition, so that there should be one. */
    boolean waits() {
        return switch (kind) {
            case WAIT, FORMAT, ERASE, REPAIR -> true;
            case PRESENT, NONE, UNKNOWN -> false;
        };
    }

    /** Tells whether it requests that the file system of this UUID be overwritten. */
    boolean erases(Object uuid) {
        return kind == Kind.ERASE && text.equalsIgnoreCase(ERASE + uuid);
    }
}
