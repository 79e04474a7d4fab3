/**
 * Commands that add, change and remove agents, their versions and their disks ({@code nullctl agent}, {@code nullctl
 * volume}). An AGENT.toml is checked here first ({@code ManifestFile}), by the same code as on the appliance, which
 * checks it again; archives come from {@code archive} and are uploaded by {@code client}.
 */
@NullMarked
package dev.nullbox.nullctl.command.agent;

import org.jspecify.annotations.NullMarked;
