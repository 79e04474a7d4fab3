/**
 * Harness that boots the real image in QEMU and drives it as an operator does, for the tests {@code *VmIT} and for the
 * figures of {@link dev.nullbox.smoketest.Bench}.
 *
 * <p>A {@link dev.nullbox.smoketest.Boot} describes a machine, an {@link dev.nullbox.smoketest.Appliance} is one that
 * runs. Data comes out of it as {@link dev.nullbox.smoketest.Event}s on its second serial port and as its console; data
 * goes in by {@link dev.nullbox.smoketest.Nullctl} at the management port, by the {@link
 * dev.nullbox.smoketest.DataDisk}, and in the chaos image by commands on its third serial port. {@link
 * dev.nullbox.smoketest.TestServer} is the outside world that agents may or may not reach: a denial is asserted on what
 * arrived there.
 *
 * <p>Invariants: every wait is bounded, and a failure reports the console's end, the phase and the last states. {@link
 * dev.nullbox.smoketest.Inputs} has the environment variables; a missing one is an error, never a reason to skip.
 */
@NullMarked
package dev.nullbox.smoketest;

import org.jspecify.annotations.NullMarked;
