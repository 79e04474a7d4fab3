/**
 * Egress, the only way out of an agent's network: default drop, and what each agent's manifest allows.
 *
 * <p>{@link dev.nullbox.egress.EgressMain} installs {@link dev.nullbox.egress.BaseTable}, which drops everything,
 * before the service is ready. The manifest's targets arrive in a call of cage and become an {@link
 * dev.nullbox.egress.AgentPolicy}, which is compiled to a {@link dev.nullbox.egress.RuleSet} and rendered by {@link
 * dev.nullbox.egress.NftText}; {@link dev.nullbox.egress.Firewall} applies it to the kernel in one transaction and
 * reads it back. Names are resolved in {@code dns}.
 *
 * <p>Invariant: an agent never has other rules than those that the kernel lists for its policy; any failure leaves it
 * with none. Threats: an agent that forges its source address, fills the table of connections, or keeps a connection
 * beyond its rule.
 */
@NullMarked
package dev.nullbox.egress;

import org.jspecify.annotations.NullMarked;
