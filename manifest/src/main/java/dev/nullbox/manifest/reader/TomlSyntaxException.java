package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.Problem;

/** Failure of text that is not TOML, or outside of AGENT.toml's subset. */
final class TomlSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    TomlSyntaxException(Problem problem) {
        super(problem.toString());
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
