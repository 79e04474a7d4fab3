/**
 * The store: {@link dev.nullbox.ctxgraph.memory.Memory} in one SQLite file, {@link
 * dev.nullbox.ctxgraph.store.SqliteMemory}.
 *
 * <p>Writes go through {@link dev.nullbox.ctxgraph.store.WritePipeline} (scope, quota, preparation) to {@link
 * dev.nullbox.ctxgraph.store.Committer}, the one writing thread, which commits what waits as a group in a {@link
 * dev.nullbox.ctxgraph.store.WriteTransaction}. Reads use pooled connections ({@link
 * dev.nullbox.ctxgraph.store.ReadPool}) and never wait for it. {@link dev.nullbox.ctxgraph.store.Influence} and {@link
 * dev.nullbox.ctxgraph.store.Quarantines} answer what derives from what; {@link dev.nullbox.ctxgraph.store.Backup},
 * {@link dev.nullbox.ctxgraph.store.Exports} and {@link dev.nullbox.ctxgraph.store.Imports} carry data out and in.
 *
 * <p>Invariants: a write is answered after its sync; sequence numbers are never reused, also after a restore; a read is
 * recorded before its content is returned, so that provenance has no gap; content is checked against its id at every
 * read. Threats: power cuts, a damaged disk, hostile files of an import. The tables stand in {@link
 * dev.nullbox.ctxgraph.store.Schema}.
 */
@NullMarked
package dev.nullbox.ctxgraph.store;

import org.jspecify.annotations.NullMarked;
