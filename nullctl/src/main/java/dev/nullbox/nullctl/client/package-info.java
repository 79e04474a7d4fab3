/** The connection to an appliance: calls, their answers, and files to and from it. */
@NullMarked
package dev.nullbox.nullctl.client;

import org.jspecify.annotations.NullMarked;
