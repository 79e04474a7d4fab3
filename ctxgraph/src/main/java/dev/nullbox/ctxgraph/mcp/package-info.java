/**
 * Model Context Protocol endpoint: its transport, sessions, tools and resources, and the knowledge graph over the store.
 */
@NullMarked
package dev.nullbox.ctxgraph.mcp;

import org.jspecify.annotations.NullMarked;
