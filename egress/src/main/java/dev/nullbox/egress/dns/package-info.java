/**
 * Names of agents: the resolver that each agent has at its own gateway address. It answers the names that the agent's
 * manifest allows and no others, and has the packet filter admit their addresses before the agent learns them.
 *
 * <p>A query arrives at {@link dev.nullbox.egress.dns.DnsServer}, is decided by {@link
 * dev.nullbox.egress.dns.Resolver}, with the names of {@link dev.nullbox.egress.dns.AgentNamesStore}, and passed to a
 * name server by {@link dev.nullbox.egress.dns.Upstream}. Threats: hostile bytes from agents and from the network,
 * which dnsjava parses; names that resolve to the operator's own network ({@link
 * dev.nullbox.manifest.network.SpecialRanges}); an agent that floods the resolver.
 */
@NullMarked
package dev.nullbox.egress.dns;

import org.jspecify.annotations.NullMarked;
