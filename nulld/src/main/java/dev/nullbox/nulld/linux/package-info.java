/**
 * Kernel interfaces of PID 1, and the tables of what is set by them.
 *
 * <p>{@code MountTable} and {@code SysctlTable} are data with reasons, held against docs/boot.md by a test;
 * {@code Mounter} applies and verifies. {@code Cmdline}, {@code Accounts}, {@code MountInfo} and {@code BlockDevice} parse
 * what the kernel and the image say. {@code ServiceSpec}, {@code Layout} and
 * {@code Clock} are what the packages above share. Nothing here decides what follows from a failure.
 */
@NullMarked
package dev.nullbox.nulld.linux;

import org.jspecify.annotations.NullMarked;
