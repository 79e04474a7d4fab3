package dev.nullbox.natives;

import dev.nullbox.natives.calls.Backend;
import dev.nullbox.natives.calls.FfmBindings;
import dev.nullbox.natives.calls.SvmBindings;

/**
 * Factory of the C libraries: java.lang.foreign on a JVM or GraalVM, the SVM C interface in native images that an
 * assembled toolchain builds, where java.lang.foreign is not there.
 */
public final class Natives {
    private Natives() {}

    /** The C library of this process. */
    public static Libc libc() {
        return Backend.SVM ? SvmBindings.LIBC : FfmBindings.LIBC;
    }

    /**
     * libkrun, loaded by the dynamic linker's own search; system property nullbox.krun.library names another file.
     *
     * @throws MissingSymbolException when no libkrun.so.1 can be loaded, or it lacks a function that a microVM needs
     */
    public static Krun krun() {
        return Backend.SVM ? SvmBindings.krun() : FfmBindings.krun();
    }

    /**
     * A new libnftables context; libnftables.so.1 is loaded at the first call. System property nullbox.nftables.library
     * names another file.
     *
     * @throws MissingSymbolException when it cannot be loaded
     */
    public static Nftables nftables() {
        return Backend.SVM ? SvmBindings.nftables() : FfmBindings.nftables();
    }

    /**
     * A new stream of decompression; libzstd.so.1 is loaded at the first call. System property nullbox.zstd.library names
     * another file.
     *
     * @throws MissingSymbolException when it cannot be loaded
     */
    public static Zstd zstd() {
        return Backend.SVM ? SvmBindings.zstd() : FfmBindings.zstd();
    }
}
