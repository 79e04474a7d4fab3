package dev.nullbox.natives.calls;

import java.util.List;

/** The names by which the optional C libraries are asked of the dynamic linker, in order. */
final class LibraryNames {
    private LibraryNames() {}

    /** libkrun: the path in system property nullbox.krun.library alone when set, else 1.x, then 2.x. */
    static List<String> krun() {
        return overridden("nullbox.krun.library", List.of("libkrun.so.1", "libkrun.so.2"));
    }

    /** libnftables: the path in system property nullbox.nftables.library alone when set. */
    static List<String> nftables() {
        return overridden("nullbox.nftables.library", List.of("libnftables.so.1"));
    }

    private static List<String> overridden(String property, List<String> names) {
        String path = System.getProperty(property, "");
        return path.isEmpty() ? names : List.of(path);
    }
}
