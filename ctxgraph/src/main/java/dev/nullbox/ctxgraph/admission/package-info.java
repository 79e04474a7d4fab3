/**
 * Admission of requests: bounds on the heap, the buffers, the slow operations and the write rate that one agent and all
 * of them together may use. Threat: an agent that sends many, large or slow requests to starve its neighbours.
 *
 * <p>{@link dev.nullbox.ctxgraph.admission.RequestScheduler} gives a request a permit for its heap cost and restarts it
 * with a larger one when it reads more; {@link dev.nullbox.ctxgraph.admission.SlowRequestLimiter} runs one slow request
 * an agent at a time; {@link dev.nullbox.ctxgraph.admission.BufferBudget} bounds bodies and answers in transit; {@link
 * dev.nullbox.ctxgraph.admission.RateLimits} counts writes in a minute.
 *
 * <p>Invariant: nothing waits for a client while it holds a permit, nor for one resource while it holds a part of the
 * same. All waits end by a timeout with UNAVAILABLE, BUSY. Used by {@code http} and {@code mcp} on the way in and by
 * {@code store} for what it reads.
 */
@NullMarked
package dev.nullbox.ctxgraph.admission;

import org.jspecify.annotations.NullMarked;
