/**
 * Constants of Linux by their C names, a class for each header, and names of errno values and capabilities.
 *
 * <p>{@code ConstantsAuditTest} has gcc compare each constant and each byte offset with the headers of the machine.
 * Values that the kernel does not define do not belong here.
 */
@NullMarked
package dev.nullbox.natives.linux;

import org.jspecify.annotations.NullMarked;
