/** The operator's side: input, output, tables, and files of this machine. Nothing here knows the appliance. */
@NullMarked
package dev.nullbox.nullctl.terminal;

import org.jspecify.annotations.NullMarked;
