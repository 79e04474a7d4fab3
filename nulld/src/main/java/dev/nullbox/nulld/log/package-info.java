/** Journal of PID 1 and its services: the ring in memory, console and event port, pipes of services, degraded reasons. */
@NullMarked
package dev.nullbox.nulld.log;

import org.jspecify.annotations.NullMarked;
