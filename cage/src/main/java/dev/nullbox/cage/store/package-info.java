/**
 * Agents that operators add to a running appliance: images by their content, versions of agents, and the imports that make
 * them. An archive is read by the importer alone, a process that can do nothing else; what it made is taken for content,
 * and is never mounted on the host.
 */
@NullMarked
package dev.nullbox.cage.store;

import org.jspecify.annotations.NullMarked;
