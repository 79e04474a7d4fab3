/**
 * Vault: the file and its format, the index of an open one, and the rules for opening and changing it.
 *
 * <p>{@code VaultManager} holds the state and slows wrong credentials. {@code VaultStore} finds and opens the file;
 * {@code VaultOpener} checks it whole; {@code VaultFile} appends records and commits; {@code VaultRewrite} writes it anew.
 * {@code VaultHeader}, {@code KeySlot}, {@code Commit} and {@code SealedRecord} are the bytes of docs/vault-format.md. A
 * change is acknowledged only when it is on the disk. A file that was changed by anybody without the key is refused and
 * left as it is.
 */
@NullMarked
package dev.nullbox.warden.vault;

import org.jspecify.annotations.NullMarked;
