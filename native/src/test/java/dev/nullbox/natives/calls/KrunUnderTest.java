package dev.nullbox.natives.calls;

import java.nio.file.Files;
import java.nio.file.Path;

/** The libkrun that tests use: $NULLBOX_KRUN/libkrun.so.1, as ./nullbox test sets it, or none. */
final class KrunUnderTest {
    private KrunUnderTest() {}

    /** Its path, empty when there is none. */
    static String library() {
        String directory = System.getenv("NULLBOX_KRUN");
        if (directory == null) {
            return "";
        }
        Path library = Path.of(directory, "libkrun.so.1");
        return Files.isRegularFile(library) ? library.toString() : "";
    }
}
