/**
 * Kernel interfaces of PID 1, and the tables of mounts and settings.
 *
 * <p>{@code MountTable} and {@code SysctlTable} are data with reasons, compared with docs/boot.md by a test; {@code
 * Mounter} applies and verifies. {@code Cmdline}, {@code Accounts}, {@code MountInfo} and {@code BlockDevice} parse
 * what the kernel and the image state. {@code ServiceSpec}, {@code Layout} and {@code Clock} are shared by the packages
 * above. Nothing here decides what follows from a failure.
 */
@NullMarked
package dev.nullbox.nulld.linux;

import org.jspecify.annotations.NullMarked;
