/**
 * The only way out of an agent's network. {@link dev.nullbox.egress.EgressMain} installs {@link
 * dev.nullbox.egress.BaseTable}, which drops everything, before the service is ready. A call of cage becomes an {@link
 * dev.nullbox.egress.AgentPolicy}, that a {@link dev.nullbox.egress.RuleSet}, that nft's language in {@link
 * dev.nullbox.egress.NftText}; {@link dev.nullbox.egress.Firewall} applies it in one transaction and reads it back. An
 * agent must never have rules that are not the kernel's answer to its own: any failure leaves it with none.
 */
@NullMarked
package dev.nullbox.egress;

import org.jspecify.annotations.NullMarked;
