/**
 * Reader of AGENT.toml: {@link dev.nullbox.manifest.reader.ManifestReader} turns text into a {@link
 * dev.nullbox.manifest.Manifest} or into all of its problems at once.
 *
 * <p>The steps: {@code TomlGrammar} refuses what is not in AGENT.toml's subset of TOML, toml4j parses what {@code
 * TomlText} gives it, {@code RawManifest} checks each value by the schema, {@code ManifestChecker} the relations
 * between values. Threat: a hostile file; its size, nesting and number of items are bounded before toml4j sees it, and
 * no content makes the reader throw.
 */
@NullMarked
package dev.nullbox.manifest.reader;

import org.jspecify.annotations.NullMarked;
