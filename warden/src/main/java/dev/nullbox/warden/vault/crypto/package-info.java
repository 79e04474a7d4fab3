/**
 * Keys of the vault, what they are made from, and the primitives that use them; nothing of the file's format but the
 * identity that every sealed part is bound to.
 */
@NullMarked
package dev.nullbox.warden.vault.crypto;

import org.jspecify.annotations.NullMarked;
