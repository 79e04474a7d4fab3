package dev.nullbox.natives.calls;

import java.util.List;

/** Names by which the dynamic linker is asked for the optional C libraries, in order. */
final class LibraryNames {
    /** The remedy when libkrun is missing or of the wrong version. */
    static final String KRUN_REMEDY = "libkrun 1.16 or a later 1.x is needed; 2.0 has another interface";

    static final String NFTABLES_REMEDY = "libnftables 1.0 or later is needed";

    static final String ZSTD_REMEDY = "libzstd 1.4 or later is needed";

    private LibraryNames() {}

    /** libkrun: the path in system property nullbox.krun.library alone when set. */
    static List<String> krun() {
        return overridden("nullbox.krun.library", List.of("libkrun.so.1"));
    }

    /** libnftables: the path in system property nullbox.nftables.library alone when set. */
    static List<String> nftables() {
        return overridden("nullbox.nftables.library", List.of("libnftables.so.1"));
    }

    /** libzstd: the path in system property nullbox.zstd.library alone when set. */
    static List<String> zstd() {
        return overridden("nullbox.zstd.library", List.of("libzstd.so.1"));
    }

    private static List<String> overridden(String property, List<String> names) {
        String path = System.getProperty(property, "");
        return path.isEmpty() ? names : List.of(path);
    }
}
