/**
 * Shared memory for agents: values as immutable nodes, content-addressed by SHA-256, in one SQLite file.
 *
 * <p>{@link dev.nullbox.ctxgraph.CtxgraphMain} is the process, {@link dev.nullbox.ctxgraph.CtxgraphService} its parts.
 * The way of a request: {@code http} or {@code mcp} at an agent's listener, or the Unix socket for host services and
 * operators; {@code api} for the method; {@code admission} for heap, buffers and rates; {@code store} for the database;
 * {@code memory} is the model that all share.
 *
 * <p>Threats: an agent that reads or writes outside its grants, poisons what others read (provenance and quarantine),
 * or uses up disk, heap or threads (quotas). Power cuts: a write that was acknowledged is on the disk.
 */
@NullMarked
package dev.nullbox.ctxgraph;

import org.jspecify.annotations.NullMarked;
