/** The one executable of many names, and the root file system round it. */
@NullMarked
package dev.nullbox.image;

import org.jspecify.annotations.NullMarked;
