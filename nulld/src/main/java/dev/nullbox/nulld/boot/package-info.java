/**
 * Boot phases: stage 1 in the initramfs, then mounts, cgroups, settings, devices and the data partition in the root.
 *
 * <p>{@code Stage1} finds the root that was built with it ({@code RootFinder}), mounts it and moves into it
 * ({@code SwitchRoot}); {@code Boot} prepares it. Each phase runs in {@code BootPhases} and is an event with its duration.
 * A phase throws {@code BootException} with a remedy where the machine is of no use without it; whatever else is missing
 * makes the appliance degraded. No phase formats a disk or chooses it by its contents alone.
 */
@NullMarked
package dev.nullbox.nulld.boot;

import org.jspecify.annotations.NullMarked;
