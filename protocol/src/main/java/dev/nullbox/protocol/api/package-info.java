/**
 * The contracts of the services: methods, fields, events and error reasons, each declared once. {@link
 * dev.nullbox.protocol.api.Methods} lists all of them; docs/api.md is rendered from it.
 *
 * <p>Each service has a contract class ({@link dev.nullbox.protocol.api.AgentContract}, {@link
 * dev.nullbox.protocol.api.VaultContract}, ...) and an enum of reasons. A method names its audience, from which
 * services and the gateway derive who may call it, and its effect, from which they derive what must be wiped or
 * filtered. Invariant: nothing here can be forgotten elsewhere, as a declared method is registered by its declaration,
 * and a test refuses string literals of these names in other modules.
 */
@NullMarked
package dev.nullbox.protocol.api;

import org.jspecify.annotations.NullMarked;
