/**
 * AGENT.toml: the schema of its keys, and the manifest that a valid file becomes.
 *
 * <p>{@link dev.nullbox.manifest.Schema} has every key once, with its {@link dev.nullbox.manifest.Form}; the reader,
 * its messages and docs/agent-toml.md derive from it. {@link dev.nullbox.manifest.Manifest} is the checked result,
 * which cage, egress, warden and ctxgraph act on; {@link dev.nullbox.manifest.Authority} and {@link
 * dev.nullbox.manifest.AuthorityDiff} are its rights and their growth from one version to the next.
 *
 * <p>Invariants: a {@link dev.nullbox.manifest.Manifest} holds valid values only; unknown keys are refused; a right
 * exists only if the file states it. Nothing here reads the network, the clock or another service. Text comes in by
 * {@code reader}.
 */
@NullMarked
package dev.nullbox.manifest;

import org.jspecify.annotations.NullMarked;
