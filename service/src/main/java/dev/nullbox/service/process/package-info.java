/**
 * Child processes, as nulld starts services and cage starts agents. {@link dev.nullbox.service.process.ChildProcess}
 * starts one with its pipes, signals it by pidfd and reaps it; {@link dev.nullbox.service.process.PipeReader} turns its
 * output into lines; {@link dev.nullbox.service.process.ExitStatus} is its end and {@link
 * dev.nullbox.service.process.Backoff} the pause before the next start. {@link dev.nullbox.service.process.Cgroup}
 * limits it, {@link dev.nullbox.service.process.Privileges} drops what it must not have. A signal is never sent to a
 * bare process number, and every wait has a bound.
 */
@NullMarked
package dev.nullbox.service.process;

import org.jspecify.annotations.NullMarked;
