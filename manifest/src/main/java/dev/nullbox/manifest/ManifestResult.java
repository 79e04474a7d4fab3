package dev.nullbox.manifest;

import java.util.List;

/** Result of reading an AGENT.toml. */
public sealed interface ManifestResult {
    /** A valid one. */
    record Valid(Manifest manifest) implements ManifestResult {}

    /** An invalid one; all its problems, at least one, those of keys and types first. */
    record Invalid(List<Problem> problems) implements ManifestResult {
        public Invalid {
            problems = List.copyOf(problems);
            if (problems.isEmpty()) {
                throw new IllegalArgumentException("refused without a problem");
            }
        }
    }
}
