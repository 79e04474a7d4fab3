/** Places that an agent may reach, as entries of network.allow name them. */
@NullMarked
package dev.nullbox.manifest.network;

import org.jspecify.annotations.NullMarked;
