/** Shared memory for agents: content-addressed by SHA-256, in SQLite. */
@NullMarked
package dev.nullbox.ctxgraph;

import org.jspecify.annotations.NullMarked;
