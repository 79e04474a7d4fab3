/**
 * Methods of warden's socket: the vault itself, its secrets, their leases, export and import.
 *
 * <p>{@link dev.nullbox.warden.api.VaultService} lists them all; the others have the parameters, answers and errors.
 */
@NullMarked
package dev.nullbox.warden.api;

import org.jspecify.annotations.NullMarked;
