/** Programs that operators run in agents' guests: their bounds, and the methods that reach them. */
@NullMarked
package dev.nullbox.cage.exec;

import org.jspecify.annotations.NullMarked;
