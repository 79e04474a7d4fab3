/** The vault of secrets, and who may have them. */
@NullMarked
package dev.nullbox.warden;

import org.jspecify.annotations.NullMarked;
