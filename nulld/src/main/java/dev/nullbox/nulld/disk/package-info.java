/**
 * Disks of the machine, and what an operator has done to them: {@link dev.nullbox.nulld.disk.Disks} lists them and says
 * which are in use, {@link dev.nullbox.nulld.disk.Installation} copies the boot medium to one, {@link
 * dev.nullbox.nulld.disk.GuidTable} is their partition table, and {@link dev.nullbox.nulld.disk.DiskWork} runs one such
 * piece of work at a time, beside PID 1's own thread.
 *
 * <p>Threats: the wrong disk (whatever is mounted, built upon, or the boot medium's is refused), a power cut half-way
 * (the new partition table comes last, so that the disk is the old one, empty, or whole), a disk that does not give back
 * what was written (it is read again past the cache, and compared).
 */
@NullMarked
package dev.nullbox.nulld.disk;

import org.jspecify.annotations.NullMarked;
