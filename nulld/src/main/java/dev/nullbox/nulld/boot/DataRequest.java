package dev.nullbox.nulld.boot;

import dev.nullbox.nulld.linux.Cmdline;

/**
 * Request of the operator for the data partition, from the kernel's command line. None of them does anything to a file system that
 * can be mounted, so that a request that stays on the command line costs no data: an erased one has another UUID.
 *
 * @param kind what is asked for
 * @param text the option's value
 */
record DataRequest(Kind kind, String text) {
    static final String OPTION = "nullbox.data";
    private static final String ERASE = "erase:";

    /** Kind of request. */
    enum Kind {
        /** Nothing: whatever is there now. */
        PRESENT,
        /** State in memory. */
        NONE,
        /** The partition, which may take a while to appear. */
        WAIT,
        /** Likewise; a blank one gets a file system. */
        FORMAT,
        /** Likewise; the file system of this UUID is overwritten by a new one. */
        ERASE,
        /** Likewise; a file system that cannot be mounted is mended. */
        REPAIR,
        /** Something that is no request. */
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

    /** The word that erases the file system of this UUID. */
    static String erase(Object uuid) {
        return OPTION + "=" + ERASE + uuid;
    }

    /** True when it asks for a partition, so that there should be one. */
    boolean waits() {
        return switch (kind) {
            case WAIT, FORMAT, ERASE, REPAIR -> true;
            case PRESENT, NONE, UNKNOWN -> false;
        };
    }

    /** True when it asks for the file system of this UUID to be overwritten. */
    boolean erases(Object uuid) {
        return kind == Kind.ERASE && text.equalsIgnoreCase(ERASE + uuid);
    }
}
