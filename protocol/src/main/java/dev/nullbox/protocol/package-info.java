/**
 * The vocabulary of the contract between processes: {@link dev.nullbox.protocol.Method}s with {@link
 * dev.nullbox.protocol.Field}s of a {@link dev.nullbox.protocol.FieldType}, {@link dev.nullbox.protocol.Message}s,
 * {@link dev.nullbox.protocol.Event}s, and {@link dev.nullbox.protocol.Reason}s of errors.
 *
 * <p>Pure data: the codec in {@code rpc}, the checks of services and the documents all read it, and it knows no other
 * module. The contracts are in {@code api}, shared identifiers in {@code id}, the protocols with a guest and with the
 * importer in {@code guest} and {@code importer}. Invariant: a fact that two processes share (a method, a bound, a
 * name) stands here once.
 */
@NullMarked
package dev.nullbox.protocol;

import org.jspecify.annotations.NullMarked;
