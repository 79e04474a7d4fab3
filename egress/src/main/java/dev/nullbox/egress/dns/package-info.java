/**
 * Names of agents: the resolver that each agent has on its own gateway address. It answers the names that the agent's
 * manifest allows and no others, and has the packet filter admit what they stand for before the agent learns it. A question
 * comes by {@link dev.nullbox.egress.dns.DnsServer}, is judged by {@link dev.nullbox.egress.dns.Resolver} and answered by
 * {@link dev.nullbox.egress.dns.Upstream}. Hostile bytes come from both sides; dnsjava reads them.
 */
@NullMarked
package dev.nullbox.egress.dns;

import org.jspecify.annotations.NullMarked;
