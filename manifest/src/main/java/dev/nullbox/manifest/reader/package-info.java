/** Reads AGENT.toml: grammar, then single values by the schema, then their relations. */
@NullMarked
package dev.nullbox.manifest.reader;

import org.jspecify.annotations.NullMarked;
