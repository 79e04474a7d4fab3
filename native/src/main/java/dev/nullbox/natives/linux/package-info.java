/** Constants of Linux by their C names, a class for each header, held against the headers by gcc in a test. */
@NullMarked
package dev.nullbox.natives.linux;

import org.jspecify.annotations.NullMarked;
