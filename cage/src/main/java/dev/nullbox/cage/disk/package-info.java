/**
 * Disks of agents: raw ext4 images on the data partition, made by mke2fs and never mounted or parsed here once a guest has
 * had them; and the admission of their sizes.
 */
@NullMarked
package dev.nullbox.cage.disk;

import org.jspecify.annotations.NullMarked;
