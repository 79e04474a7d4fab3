/** java.lang.foreign and SVM bindings: one C-shaped interface per C library. */
@NullMarked
package dev.nullbox.natives;

import org.jspecify.annotations.NullMarked;
