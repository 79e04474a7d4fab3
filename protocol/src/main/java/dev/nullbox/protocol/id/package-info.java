/**
 * Identifiers that more than one process uses, each with its bounds: names of agents and secrets, patterns of memory keys,
 * an agent's slot with the addresses and the user that follow from it.
 */
@NullMarked
package dev.nullbox.protocol.id;

import org.jspecify.annotations.NullMarked;
