/** Calls of C functions, by java.lang.foreign and by the SVM C interface, and the marshalling above both. */
@NullMarked
package dev.nullbox.natives.calls;

import org.jspecify.annotations.NullMarked;
