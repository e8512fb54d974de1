package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProblemType;

/** A request that was refused before the domain was asked. */
final class RequestFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    RequestFailure(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    RequestFailure(ProblemType type, String detail) {
        this(Problem.of(type, detail));
    }

    Problem problem() {
        return problem;
    }
}
