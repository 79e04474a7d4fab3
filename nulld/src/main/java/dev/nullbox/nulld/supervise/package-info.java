/** Supervision of services: their table, the state machine, the supervisor, the spawner and the reaper. */
@NullMarked
package dev.nullbox.nulld.supervise;

import org.jspecify.annotations.NullMarked;
