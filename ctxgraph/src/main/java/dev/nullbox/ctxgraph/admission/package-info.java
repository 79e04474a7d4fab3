/** Limits on the work of agents: heap, buffers and write rates of all requests together, and turns for slow ones. */
@NullMarked
package dev.nullbox.ctxgraph.admission;

import org.jspecify.annotations.NullMarked;
