/**
 * The words in which the contract between processes is written: methods, fields and their types, messages, events,
 * reasons of errors. Pure data: a codec, checks and documents read it. The contract is in {@code api}, shared identifiers
 * are in {@code id}.
 */
@NullMarked
package dev.nullbox.protocol;

import org.jspecify.annotations.NullMarked;
