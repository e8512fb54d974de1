package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What a request comes to.
 *
 * @param body written as JSON; null for none
 */
record Answer(int status, @Nullable Object body) {

    static final Answer NO_CONTENT = new Answer(204, null);

    static Answer ok(Object body) {
        return new Answer(200, body);
    }

    static Answer problem(Problem problem) {
        return new Answer(problem.status(), problem);
    }
}
