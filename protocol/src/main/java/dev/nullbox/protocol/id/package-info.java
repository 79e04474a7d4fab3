/**
 * Identifiers that several processes use, each a type with its rule: {@link dev.nullbox.protocol.id.AgentName}, {@link
 * dev.nullbox.protocol.id.SecretName}, {@link dev.nullbox.protocol.id.KeyPattern}, and {@link
 * dev.nullbox.protocol.id.AgentSlot}, from which an agent's addresses, interface and user follow.
 *
 * <p>Invariant: a value of these types is valid; a string that is none is refused with an {@link
 * dev.nullbox.protocol.id.InvalidValueException} that says what would be right. Names become paths, cgroups, interfaces
 * and firewall chains, which is why their rules are narrow.
 */
@NullMarked
package dev.nullbox.protocol.id;

import org.jspecify.annotations.NullMarked;
