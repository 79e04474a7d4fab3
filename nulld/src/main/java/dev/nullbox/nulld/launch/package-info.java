/** Program that drops privileges before a service runs: its arguments, its steps, and the check that they took. */
@NullMarked
package dev.nullbox.nulld.launch;

import org.jspecify.annotations.NullMarked;
