/** {@code nullctl egress}: places that agents reach and are refused. */
@NullMarked
package dev.nullbox.nullctl.command.egress;

import org.jspecify.annotations.NullMarked;
