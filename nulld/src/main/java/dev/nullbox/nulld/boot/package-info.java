/** Boot phases: stage 1 in the initramfs, then mounts, settings, devices and the data partition in the root. */
@NullMarked
package dev.nullbox.nulld.boot;

import org.jspecify.annotations.NullMarked;
