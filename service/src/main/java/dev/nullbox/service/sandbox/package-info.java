/**
 * Building blocks of a sandbox that a process enters by itself: {@link dev.nullbox.service.sandbox.PrivateRoot} is a
 * root with selected parts of the host, {@link dev.nullbox.service.sandbox.LandlockRules} refuses what lies beyond it,
 * {@link dev.nullbox.service.sandbox.SandboxProcess} leaves the host's namespaces and ends with its parent. Used by
 * cage for VMMs and by the importer. The caller chooses files, user and system calls, and reads back afterwards that
 * each step took: a failed step throws and nothing is started.
 */
@NullMarked
package dev.nullbox.service.sandbox;

import org.jspecify.annotations.NullMarked;
