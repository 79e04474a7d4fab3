/**
 * Model Context Protocol endpoint of an agent's listener: the same memory as {@code memory.*}, for clients that speak
 * MCP.
 *
 * <p>{@link dev.nullbox.ctxgraph.mcp.McpEndpoint} is the streamable HTTP transport; {@link
 * dev.nullbox.ctxgraph.mcp.McpServer} answers the protocol's requests, within an {@link
 * dev.nullbox.ctxgraph.mcp.McpSession} or stateless. Tools ({@link dev.nullbox.ctxgraph.mcp.McpTool}) come from the
 * store's methods ({@link dev.nullbox.ctxgraph.mcp.McpStoreTools}) and from a knowledge graph with the names of the
 * common memory server ({@link dev.nullbox.ctxgraph.mcp.McpGraphTools}), kept as one key for each entity and relation.
 *
 * <p>Invariants: a tool can do nothing that its agent's {@code memory.*} methods could not, and failures of a tool are
 * results that the model sees. Formats: https://modelcontextprotocol.io/specification.
 */
@NullMarked
package dev.nullbox.ctxgraph.mcp;

import org.jspecify.annotations.NullMarked;
