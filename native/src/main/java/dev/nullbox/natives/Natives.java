package dev.nullbox.natives;

/** Where the C libraries come from: java.lang.foreign on a JVM or GraalVM, the SVM C interface in other native images. */
public final class Natives {
    private Natives() {}

    /** The C library of this process. */
    public static Libc libc() {
        return FfmBindings.LIBC;
    }

    /**
     * libkrun, loaded by the dynamic linker's own search.
     *
     * @throws MissingSymbolException when no libkrun.so.1 or libkrun.so.2 can be loaded
     */
    public static Krun krun() {
        throw new UnsupportedOperationException("lands with the first binding");
    }

    /**
     * A new libnftables context; libnftables.so.1 is loaded at the first call.
     *
     * @throws MissingSymbolException when it cannot be loaded
     */
    public static Nftables nftables() {
        throw new UnsupportedOperationException("lands with the first binding");
    }
}
