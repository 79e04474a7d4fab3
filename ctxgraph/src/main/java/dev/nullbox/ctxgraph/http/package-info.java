/** HTTP/1.1 listeners, one for each attached agent: JSON-RPC calls, streams of events, and routes that others add. */
@NullMarked
package dev.nullbox.ctxgraph.http;

import org.jspecify.annotations.NullMarked;
