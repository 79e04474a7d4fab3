/**
 * Audit log: records of what was done to the vault, on the disk before it is done, and as events.
 */
@NullMarked
package dev.nullbox.warden.audit;

import org.jspecify.annotations.NullMarked;
