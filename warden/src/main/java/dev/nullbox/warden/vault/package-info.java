/**
 * Vault: the file and its format, the index of an open one, and who may open, change, export and import it.
 *
 * <p>docs/vault-format.md has the format. Bytes: {@code VaultHeader}, {@code KeySlot}, {@code Commit},
 * {@code SealedRecord}. The file: {@code VaultStore}, {@code VaultOpener}, {@code VaultFile}, {@code VaultRewrite}. What
 * callers use: {@code VaultManager}, {@code Vault}, {@code Transfers}.
 */
@NullMarked
package dev.nullbox.warden.vault;

import org.jspecify.annotations.NullMarked;
