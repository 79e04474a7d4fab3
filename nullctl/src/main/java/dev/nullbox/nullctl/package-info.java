/** The operator's command line, and the gateway it talks to. */
@NullMarked
package dev.nullbox.nullctl;

import org.jspecify.annotations.NullMarked;
