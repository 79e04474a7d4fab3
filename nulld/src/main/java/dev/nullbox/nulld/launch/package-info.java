/** Program that drops privileges before a service runs: its arguments and its steps. */
@NullMarked
package dev.nullbox.nulld.launch;

import org.jspecify.annotations.NullMarked;
