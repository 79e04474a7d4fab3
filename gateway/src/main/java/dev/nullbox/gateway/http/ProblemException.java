package dev.nullbox.gateway.http;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.rpc.RpcException;

/** A request that is answered with a problem. */
final class ProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** A failed call. */
    ProblemException(RpcException error) {
        this(Problem.of(error));
    }

    /** A request that HTTP itself does not allow here. */
    ProblemException(int status, CallReason reason, String message) {
        this(Problem.of(status, reason, message));
    }

    private ProblemException(Problem problem) {
        super(problem.error().getMessage());
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
