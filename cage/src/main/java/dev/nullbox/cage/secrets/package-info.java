/**
 * The secrets lent to running agents: the HTTP API by which they are fetched, the files in which they lie, and the
 * leases after which they are taken away.
 */
@NullMarked
package dev.nullbox.cage.secrets;

import org.jspecify.annotations.NullMarked;
