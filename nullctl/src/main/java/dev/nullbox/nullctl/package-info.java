/** The operator's command line. */
@NullMarked
package dev.nullbox.nullctl;

import org.jspecify.annotations.NullMarked;
