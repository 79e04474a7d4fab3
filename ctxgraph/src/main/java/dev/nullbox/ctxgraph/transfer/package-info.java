/** Files of operators: exports and imports of a part of the graph, and the pieces in which files cross the socket. */
@NullMarked
package dev.nullbox.ctxgraph.transfer;

import org.jspecify.annotations.NullMarked;
