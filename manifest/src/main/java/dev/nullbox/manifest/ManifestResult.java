package dev.nullbox.manifest;

import java.util.List;

/** What became of an AGENT.toml. */
public sealed interface ManifestResult {
    /** It says what an agent may do. */
    record Valid(Manifest manifest) implements ManifestResult {}

    /** It is refused; all that is wrong with it, at least one, keys and types first, in the order of the schema. */
    record Invalid(List<Problem> problems) implements ManifestResult {
        public Invalid {
            problems = List.copyOf(problems);
            if (problems.isEmpty()) {
                throw new IllegalArgumentException("refused without a problem");
            }
        }
    }
}
