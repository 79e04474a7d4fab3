/**
 * Memory as its users see it: principals, keys, nodes and their canonical encoding, queries, and the interface of the
 * store. Knows no other package of the module.
 */
@NullMarked
package dev.nullbox.ctxgraph.memory;

import org.jspecify.annotations.NullMarked;
