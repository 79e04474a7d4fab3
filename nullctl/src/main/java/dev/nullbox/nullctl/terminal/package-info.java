/** What an operator sits at: input, output, tables, and files of this machine. */
@NullMarked
package dev.nullbox.nullctl.terminal;

import org.jspecify.annotations.NullMarked;
