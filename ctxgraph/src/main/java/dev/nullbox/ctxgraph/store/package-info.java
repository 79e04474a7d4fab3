/**
 * SQLite store: one writing thread with group commit, pooled readers, search, provenance and quarantines, integrity
 * check, backup.
 */
@NullMarked
package dev.nullbox.ctxgraph.store;

import org.jspecify.annotations.NullMarked;
