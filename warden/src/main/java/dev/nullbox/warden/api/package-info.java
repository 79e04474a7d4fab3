/**
 * Methods of warden's socket: the vault itself, its secrets, their leases, export and import.
 *
 * <p>{@code VaultService} lists them all. {@code Calls} registers each as bounded, which waits for the vault, or free,
 * which must work while others wait. Handlers get valid requests and return messages of the protocol's fields; bytes in
 * both are wiped after the call. No value leaves before {@code audit} has recorded it.
 */
@NullMarked
package dev.nullbox.warden.api;

import org.jspecify.annotations.NullMarked;
