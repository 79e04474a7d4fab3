/**
 * Warden: the process that keeps the vault of secrets and leases them to runs of agents.
 *
 * <p>{@code WardenMain} hardens the process, finds the vault and serves {@code api} on warden's Unix socket. A request
 * goes from {@code api} to {@code vault} or {@code lease}, with a record in {@code audit} before anything is given out
 * or changed. Nothing here opens the vault by itself: an operator's credential does.
 */
@NullMarked
package dev.nullbox.warden;

import org.jspecify.annotations.NullMarked;
