/** Mains of PID 1 and of launch, the event loop, the control socket and the signals that end the machine. */
@NullMarked
package dev.nullbox.nulld;

import org.jspecify.annotations.NullMarked;
