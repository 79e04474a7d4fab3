package dev.nullbox.cage.agent;

import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.Problem;
import dev.nullbox.protocol.id.AgentName;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** An agent directory of the catalog. */
public sealed interface CatalogEntry {
    /** The directory's name. */
    String name();

    /** The source of the directory. */
    Source from();

    /** Sources of agents. */
    enum Source {
        /** The appliance's own image. */
        IMAGE,
        /** A directory of the data partition, put there before the boot. */
        DATA,
        /** The store, added by an operator. */
        STORE;

        /** The name in events and answers. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An agent that can be started.
     *
     * @param digest SHA-256 of its AGENT.toml, 64 lower-case hexadecimal digits
     * @param image its root file system, a raw EROFS image
     * @param entryPoint words at the beginning of its command that are its image's entry point; empty when it has none,
     *     or AGENT.toml has a command
     */
    record Accepted(String name, Source from, Manifest manifest, String digest, Path image, List<String> entryPoint)
            implements CatalogEntry {
        public Accepted {
            entryPoint = List.copyOf(entryPoint);
        }

        public AgentName agent() {
            return manifest.agent().name();
        }
    }

    /** An agent that cannot be started, with all its problems. */
    record Refused(String name, Source from, List<Problem> problems) implements CatalogEntry {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
