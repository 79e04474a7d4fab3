package dev.nullbox.manifest;

import java.util.Locale;

/** Choice that AGENT.toml names by its constant's name, in lower case and with dashes. */
public interface Keyword {
    /** The constant's name. */
    String name();

    /** As written in AGENT.toml. */
    default String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
