package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.Problem;

/** Text that is not TOML, or not such as an AGENT.toml may be written in. */
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
