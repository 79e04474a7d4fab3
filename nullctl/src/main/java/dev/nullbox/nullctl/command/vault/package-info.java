/**
 * Commands for the vault ({@code nullctl vault}): opening it, its secrets, credentials, leases, audit records, export
 * and import. Each is a class or method for one method of {@link dev.nullbox.protocol.api.VaultContract}. Invariants: a
 * secret, passphrase or key is never an argument of a command, never printed without an option for that, and its bytes
 * are wiped after the call.
 */
@NullMarked
package dev.nullbox.nullctl.command.vault;

import org.jspecify.annotations.NullMarked;
