/**
 * C libraries of the process. {@link dev.nullbox.natives.Libc}, {@link dev.nullbox.natives.Krun} and {@link
 * dev.nullbox.natives.Nftables} are C-shaped: one method for each C function, buffers as byte arrays, and a {@link
 * dev.nullbox.natives.SysResult} with the value or the errno. {@link dev.nullbox.natives.Natives} is the factory. No
 * policy, logging or retry belongs here, and java.lang.foreign is used in no other module.
 */
@NullMarked
package dev.nullbox.natives;

import org.jspecify.annotations.NullMarked;
