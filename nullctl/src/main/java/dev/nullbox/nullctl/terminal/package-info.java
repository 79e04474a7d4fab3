/**
 * The operator's terminal and files: {@link dev.nullbox.nullctl.terminal.Streams} are a program's standard streams,
 * {@link dev.nullbox.nullctl.terminal.Table} and {@link dev.nullbox.nullctl.terminal.CellFormat} print answers, {@link
 * dev.nullbox.nullctl.terminal.SecretInput} reads secrets without echo, {@link dev.nullbox.nullctl.terminal.NewFile}
 * and {@link dev.nullbox.nullctl.terminal.LocalFile} are files of this machine. Nothing here knows the appliance.
 * Invariants: no control character of an answer reaches a terminal, and a new file appears complete or not at all, mode
 * 0600.
 */
@NullMarked
package dev.nullbox.nullctl.terminal;

import org.jspecify.annotations.NullMarked;
