/**
 * The methods {@code memory.*} of {@link dev.nullbox.protocol.api.MemoryContract}: checked parameters in, results out.
 *
 * <p>{@link dev.nullbox.ctxgraph.api.MemoryMethods} serves agents and operators, {@link
 * dev.nullbox.ctxgraph.api.OperatorMethods} operators alone: backup, export, quarantine, trace. Requests come from the
 * Unix socket, where SO_PEERCRED identifies the caller, or from an agent's listener, where the address does; both are
 * answered from the same store.
 *
 * <p>Invariant: the principal of a call never derives from its parameters, and values that a caller excludes by source
 * are taken out in the store, not here.
 */
@NullMarked
package dev.nullbox.ctxgraph.api;

import org.jspecify.annotations.NullMarked;
