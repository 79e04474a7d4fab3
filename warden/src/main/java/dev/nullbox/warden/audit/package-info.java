/**
 * Audit log: records of operations on the vault, on the disk and as events.
 *
 * <p>{@code Audit} forms a record of an event and its fields, {@code AuditFile} keeps it in one of three rings of a file of
 * fixed length. A value is released, and a change begun, only after its record is on the disk. No record holds a value, a
 * key or a passphrase.
 */
@NullMarked
package dev.nullbox.warden.audit;

import org.jspecify.annotations.NullMarked;
