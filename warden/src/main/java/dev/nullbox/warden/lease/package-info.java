/**
 * Leases: which run of which agent was lent which secrets, in memory alone, until it ends or an operator revokes it.
 */
@NullMarked
package dev.nullbox.warden.lease;

import org.jspecify.annotations.NullMarked;
