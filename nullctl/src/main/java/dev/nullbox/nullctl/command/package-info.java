/** Commands for the appliance as a whole and its agents, and what all commands have in common. */
@NullMarked
package dev.nullbox.nullctl.command;

import org.jspecify.annotations.NullMarked;
