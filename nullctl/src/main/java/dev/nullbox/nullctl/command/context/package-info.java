/**
 * {@code nullctl context}: names for several appliances, kept in a file of the operator's. They say where an appliance is
 * and which directory holds the credentials for it; no key is copied into that file.
 */
@NullMarked
package dev.nullbox.nullctl.command.context;

import org.jspecify.annotations.NullMarked;
