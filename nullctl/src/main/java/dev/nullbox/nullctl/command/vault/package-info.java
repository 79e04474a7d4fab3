/** Commands for the vault. */
@NullMarked
package dev.nullbox.nullctl.command.vault;

import org.jspecify.annotations.NullMarked;
