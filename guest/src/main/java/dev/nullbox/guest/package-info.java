/**
 * The guest's side of exec: a control connection, and for each program a connection with its streams. It runs in the
 * init's own namespaces, where the agent does not reach it.
 */
@NullMarked
package dev.nullbox.guest;

import org.jspecify.annotations.NullMarked;
