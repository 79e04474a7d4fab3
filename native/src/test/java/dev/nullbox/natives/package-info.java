/** Fakes and contract of the C libraries, for the tests of other modules too. */
@NullMarked
package dev.nullbox.natives;

import org.jspecify.annotations.NullMarked;
