/**
 * Leases: the secrets that each run of an agent may have, in memory alone.
 *
 * <p>{@code Leases} grants, counts reads, expires and revokes; {@code Lease} is a view of one at a moment. A lease ends with
 * its run, by an operator, by time, and with warden. It names versions and never holds a value.
 */
@NullMarked
package dev.nullbox.warden.lease;

import org.jspecify.annotations.NullMarked;
