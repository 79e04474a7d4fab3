/**
 * The data model of memory: {@link dev.nullbox.ctxgraph.memory.Principal}s write {@link
 * dev.nullbox.ctxgraph.memory.Node}s under {@link dev.nullbox.ctxgraph.memory.MemoryKey}s; {@link
 * dev.nullbox.ctxgraph.memory.Memory} is the store's interface. Knows no other package of the module.
 *
 * <p>Invariants: a node never changes, its id is the SHA-256 of its canonical encoding ({@link
 * dev.nullbox.ctxgraph.memory.CanonicalJson}, RFC 8785), and every write has a sequence number of its own that is never
 * reused. Identity and rights of a principal come from the channel, as cage attached it. docs/memory.md has the
 * encoding with test vectors.
 */
@NullMarked
package dev.nullbox.ctxgraph.memory;

import org.jspecify.annotations.NullMarked;
