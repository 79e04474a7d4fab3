/**
 * The operator's command line, {@code nullctl}. {@link dev.nullbox.nullctl.NullctlMain} parses arguments with picocli
 * and maps failures to exit codes and messages; {@code command} has the commands, {@code client} the connection to the
 * appliance, {@code archive} and {@code terminal} this machine's files and terminal. Threats: text of an agent that
 * drives the operator's terminal (escaped), and a secret in an argument or an error message (never read from one, never
 * repeated in one).
 */
@NullMarked
package dev.nullbox.nullctl;

import org.jspecify.annotations.NullMarked;
