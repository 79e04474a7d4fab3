/** Manifest -> VmConfig -> a walled microVM; its life from start to the last trace. */
@NullMarked
package dev.nullbox.cage;

import org.jspecify.annotations.NullMarked;
