/**
 * Time for agents: {@link dev.nullbox.egress.time.TimeServer} answers their NTP clients at each gateway address. Threat:
 * hostile packets of agents; of a packet two fields alone are read.
 */
@NullMarked
package dev.nullbox.egress.time;

import org.jspecify.annotations.NullMarked;
