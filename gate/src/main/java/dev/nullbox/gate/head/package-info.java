/**
 * Readers of the bytes that agents send, of TLS and HTTP: pure, strict, and bounded. All input is hostile; what a reader
 * cannot read for certain it refuses, as the far side could read it otherwise.
 */
@NullMarked
package dev.nullbox.gate.head;

import org.jspecify.annotations.NullMarked;
