package dev.nullbox.cage.agent;

import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.Problem;
import java.nio.file.Path;
import java.util.List;

/** One agent directory that the catalog found. */
public sealed interface CatalogEntry {
    /** The directory's name. */
    String name();

    /** Where it was found. */
    Source from();

    /** Where agents come from. */
    enum Source {
        IMAGE("image"),
        DATA("data");

        private final String key;

        Source(String key) {
            this.key = key;
        }

        /** As events and answers name it. */
        public String key() {
            return key;
        }
    }

    /**
     * An agent that can be started.
     *
     * @param digest SHA-256 of its AGENT.toml, 64 lower-case hexadecimal digits
     */
    record Accepted(String name, Source from, Manifest manifest, String digest, Path rootfs) implements CatalogEntry {}

    /** An agent that cannot, and all that is wrong with it. */
    record Refused(String name, Source from, List<Problem> problems) implements CatalogEntry {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
