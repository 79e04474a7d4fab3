/** Child processes and their control groups: spawning, signals by pidfd, how they end, the pipes they write to. */
@NullMarked
package dev.nullbox.service.process;

import org.jspecify.annotations.NullMarked;
