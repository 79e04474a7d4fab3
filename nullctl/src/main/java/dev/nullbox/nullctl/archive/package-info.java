/** Archives on their way to the appliance: files as they are, directories as tar made while it is read. */
@NullMarked
package dev.nullbox.nullctl.archive;

import org.jspecify.annotations.NullMarked;
