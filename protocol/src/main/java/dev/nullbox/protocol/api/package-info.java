/**
 * The contract itself: the methods, fields, events and error reasons of each service. {@link
 * dev.nullbox.protocol.api.Methods} has all of them; docs/api.md is rendered from it.
 */
@NullMarked
package dev.nullbox.protocol.api;

import org.jspecify.annotations.NullMarked;
