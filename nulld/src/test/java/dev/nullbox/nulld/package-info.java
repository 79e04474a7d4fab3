/** Tests of PID 1. */
@NullMarked
package dev.nullbox.nulld;

import org.jspecify.annotations.NullMarked;
