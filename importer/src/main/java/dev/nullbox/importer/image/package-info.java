/**
 * Kinds of archives, recognised by their content: an OCI image layout (OCI image specification 1.1), the output of
 * docker save (moby's image specification 1.2, "Combined Image JSON + Filesystem Changeset Format"), or the files of a
 * root. From each come layers, with the digests that they must have, and an image's configuration.
 */
@NullMarked
package dev.nullbox.importer.image;

import org.jspecify.annotations.NullMarked;
