/**
 * Boot phases: stage 1 in the initramfs, then mounts, cgroups, settings, devices and the data partition in the root.
 *
 * <p>{@code Stage1} finds the root that was built with it ({@code RootFinder}), mounts it and moves into it ({@code
 * SwitchRoot}); {@code Boot} prepares it. Each phase runs in {@code BootPhases} and is an event with its duration. A
 * phase throws {@code BootException} with a remedy where the machine is of no use without it; anything else that is
 * missing makes the appliance degraded. Invariant: no phase formats a disk without the operator's request, or chooses
 * it by its content alone.
 */
@NullMarked
package dev.nullbox.nulld.boot;

import org.jspecify.annotations.NullMarked;
