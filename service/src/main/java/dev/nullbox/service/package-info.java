/**
 * Kit that every service uses and none owns. {@link dev.nullbox.service.ServiceRuntime} is what a service's main method
 * starts from: its paths, its readiness, its end, and its {@link dev.nullbox.service.EventSink}. Files that must
 * survive a power cut are written by {@link dev.nullbox.service.AtomicFile}, or by the steps of {@link
 * dev.nullbox.service.Directory}. Untrusted text reaches a terminal only through {@link
 * dev.nullbox.service.TerminalText}; lines that others can provoke reach a log only through {@link
 * dev.nullbox.service.RateLimitedLog} or a {@link dev.nullbox.service.TokenBucket}. Invariants: nothing here knows a
 * single service, and nothing here needs native code.
 */
@NullMarked
package dev.nullbox.service;

import org.jspecify.annotations.NullMarked;
