/** The appliance in QEMU: its disks, its events, the servers of the test's own that it may or may not reach. */
@NullMarked
package dev.nullbox.smoketest;

import org.jspecify.annotations.NullMarked;
