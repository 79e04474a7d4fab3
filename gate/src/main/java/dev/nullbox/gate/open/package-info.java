/**
 * Connections that the gate opens to put secrets in: certificates of the run's authority, TLS of both sides, requests and
 * answers of HTTP/1.1. Without sockets and threads. Input of both sides is hostile.
 */
@NullMarked
package dev.nullbox.gate.open;

import org.jspecify.annotations.NullMarked;
