/**
 * Keys of the vault and the primitives that use them, by Bouncy Castle's lightweight API.
 *
 * <p>A {@code Credential} gives a key, which unwraps the data key; {@code VaultKeys} derives the others from it and binds
 * every sealed part to the vault's identity. A {@code Secret} owns its bytes and wipes them on close. No secret is in a
 * message, a {@code toString} or an exception.
 */
@NullMarked
package dev.nullbox.warden.vault.crypto;

import org.jspecify.annotations.NullMarked;
