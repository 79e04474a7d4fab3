/**
 * Seccomp filters from lists: {@link dev.nullbox.service.seccomp.ListedCall} is a line with its reason, {@link
 * dev.nullbox.service.seccomp.AllowList} puts lines in force. Whoever is beyond them is ended, not refused.
 */
@NullMarked
package dev.nullbox.service.seccomp;

import org.jspecify.annotations.NullMarked;
