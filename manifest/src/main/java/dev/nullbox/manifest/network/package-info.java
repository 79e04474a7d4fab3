/**
 * Network targets: the entries of {@code network.allow}, parsed and checked. A {@link
 * dev.nullbox.manifest.network.NetworkTarget} is an address block with ports ({@link
 * dev.nullbox.manifest.network.AddressBlock}, {@link dev.nullbox.manifest.network.PortRange}) or a name ({@link
 * dev.nullbox.manifest.network.DomainName}); egress compiles them to rules and names.
 *
 * <p>Invariants: nothing is resolved here; a target that no agent may reach, by {@link
 * dev.nullbox.manifest.network.SpecialRanges}, is refused. Threat: an entry that admits more than its author meant, as
 * a wildcard over a public suffix ({@code PublicSuffixes}) or a range with private addresses in it.
 */
@NullMarked
package dev.nullbox.manifest.network;

import org.jspecify.annotations.NullMarked;
