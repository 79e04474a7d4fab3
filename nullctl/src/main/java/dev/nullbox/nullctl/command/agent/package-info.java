/** Commands that add, change and remove agents, their versions and their disks. */
@NullMarked
package dev.nullbox.nullctl.command.agent;

import org.jspecify.annotations.NullMarked;
