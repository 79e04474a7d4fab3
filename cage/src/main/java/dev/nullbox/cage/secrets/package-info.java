/**
 * Secrets leased to running agents.
 *
 * <p>{@code AgentApi} serves those that an agent fetches, {@code SecretFiles} holds the tmpfs with those in files.
 * {@code LeaseMonitor} wipes them once {@code LeaseList}, the warden's list, says that their lease is over, and
 * {@code LeaseRevoker} revokes leases of runs that are over until the warden has done so. An agent must not learn which
 * other secrets exist, and a warden that fails must neither wipe nor keep anything for good.
 */
@NullMarked
package dev.nullbox.cage.secrets;

import org.jspecify.annotations.NullMarked;
