/** PID 1: stage 1, boot phases, supervisor, reaper, shutdown. */
@NullMarked
package dev.nullbox.nulld;

import org.jspecify.annotations.NullMarked;
