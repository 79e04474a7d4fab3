package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The options on the kernel command line that the boot acts upon; docs/boot.md lists them.
 *
 * @param options name to value, the value empty for a bare word; the last of two with one name counts
 */
public record Cmdline(Map<String, String> options) {
    public Cmdline {
        options = Map.copyOf(options);
    }

    /** Words separated by blanks, {@code name} or {@code name=value}. */
    public static Cmdline parse(String text) {
        Map<String, String> options = new HashMap<>();
        for (String word : text.trim().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            options.put(equals < 0 ? word : word.substring(0, equals), equals < 0 ? "" : word.substring(equals + 1));
        }
        return new Cmdline(options);
    }

    /** Read from {@code /proc/cmdline}; none at all where it cannot be read. */
    public static Cmdline read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            return new Cmdline(Map.of());
        }
    }

    /** The value of an option, when it is there and not empty. */
    public Optional<String> value(String name) {
        return Optional.ofNullable(options.get(name)).filter(v -> !v.isEmpty());
    }

    /** Tells whether the word or option is present. */
    public boolean has(String name) {
        return options.containsKey(name);
    }
}
