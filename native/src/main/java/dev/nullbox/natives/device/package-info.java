/** Constants of the kernel's devices that PID 1 alone opens, by their C names: device-mapper and the watchdog. */
@NullMarked
package dev.nullbox.natives.device;

import org.jspecify.annotations.NullMarked;
