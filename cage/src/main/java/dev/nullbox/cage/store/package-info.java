/**
 * Agents that operators add to a running appliance: images by their content, versions of agents, and the imports that
 * make them.
 *
 * <p>{@code DeployMethods} answers {@code agent.add} and the rest; an archive arrives in {@code ImportRoom}, {@code
 * Importer} has a process of its own turn it into an image, and {@code AgentStore} keeps images and versions. {@code
 * GrowthCheck} refuses a version with more rights than the current one, unless the operator accepted them.
 *
 * <p>Threat: a hostile archive. It is read by the importer alone, a process that can do nothing else; the resulting
 * image is named by its content, and never mounted on the host. Invariant: a power cut at any step leaves the old or
 * the new version.
 */
@NullMarked
package dev.nullbox.cage.store;

import org.jspecify.annotations.NullMarked;
