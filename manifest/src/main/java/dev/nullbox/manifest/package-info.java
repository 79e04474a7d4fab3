/** All that an AGENT.toml can say: the schema of its keys, and the manifest that a valid one becomes. */
@NullMarked
package dev.nullbox.manifest;

import org.jspecify.annotations.NullMarked;
