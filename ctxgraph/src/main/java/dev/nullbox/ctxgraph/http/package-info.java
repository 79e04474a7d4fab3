/**
 * HTTP/1.1 listeners of agents, one for each attached agent, at its gateway address.
 *
 * <p>{@link dev.nullbox.ctxgraph.http.Attachments} opens and closes them as cage says; each is an {@link
 * dev.nullbox.ctxgraph.http.AgentHttpServer} with its {@link dev.nullbox.ctxgraph.http.HttpRoute}s: JSON-RPC calls
 * ({@code POST /rpc}), a stream of events ({@code GET /watch}) and the routes that others add ({@code mcp}). Calls go
 * to {@code api}, with a reservation of {@code admission}.
 *
 * <p>Threats: an agent that reads or sends slowly ({@link dev.nullbox.ctxgraph.http.IoTimeouts}), opens many
 * connections or streams (bounds for each listener), or has a browser that shows a page of another site (the {@code
 * Host} and {@code Origin} headers are checked).
 */
@NullMarked
package dev.nullbox.ctxgraph.http;

import org.jspecify.annotations.NullMarked;
