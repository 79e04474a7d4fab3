/** Methods {@code memory.*}: parameters in, results out, for host services and for agents. */
@NullMarked
package dev.nullbox.ctxgraph.api;

import org.jspecify.annotations.NullMarked;
