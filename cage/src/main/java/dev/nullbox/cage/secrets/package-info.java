/**
 * Secrets leased to running agents.
 *
 * <p>{@code AgentApi} serves those that an agent fetches by HTTP; {@code DeliveredSecrets} are those in files of its
 * guest. {@code LeaseMonitor} wipes them once {@code LeaseList}, the warden's list, says that their lease has ended,
 * and {@code LeaseRevoker} revokes leases of ended runs until the warden has done so. Values come from the warden's
 * socket and leave to the guest alone; they are wiped after use.
 *
 * <p>Invariants: an agent cannot find out which other secrets exist; a warden that fails neither wipes a secret nor
 * keeps one in force for good. Threats: an agent that floods the warden with requests, or asks for a canary.
 */
@NullMarked
package dev.nullbox.cage.secrets;

import org.jspecify.annotations.NullMarked;
