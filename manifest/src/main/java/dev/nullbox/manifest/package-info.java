/** AGENT.toml, read and validated: a Manifest, or all of its problems. */
@NullMarked
package dev.nullbox.manifest;

import org.jspecify.annotations.NullMarked;
