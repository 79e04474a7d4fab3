/**
 * Log of the appliance: the journal, the console, the port for events, the pipes of services, degraded reasons.
 *
 * <p>{@code LogCollector} reads what services write and gives it to the {@code Journal}, which keeps a bounded ring for
 * {@code nulld.logs} and hands lines to a {@code LineSink} for each device. Sinks drop and count rather than block. Text
 * from outside reaches a terminal only through {@code Journal.printable}.
 */
@NullMarked
package dev.nullbox.nulld.log;

import org.jspecify.annotations.NullMarked;
