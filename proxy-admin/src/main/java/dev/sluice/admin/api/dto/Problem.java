package dev.sluice.admin.api.dto;

import dev.sluice.service.ControlFailure;
import dev.sluice.service.DeployFailed;
import dev.sluice.service.TargetEvidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not carried out (RFC 9457). What is null is left out.
 *
 * @param detail one line for the operator
 * @param field the field of the body that is wrong; null when it is not about one field
 * @param allow the methods that the path has, for a method that it has not
 * @param targets what is known of each target that should have become healthy
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String field,
        @Nullable List<String> allow,
        @Nullable List<TargetEvidence> targets) {

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type.uri(), type.title(), type.status(), detail, null, null, null);
    }

    /** A problem with one field; the detail begins with its name. */
    public static Problem ofField(ProblemType type, String field, String why) {
        return new Problem(type.uri(), type.title(), type.status(), field + ": " + why, field, null, null);
    }

    public static Problem methodNotAllowed(String method, String path, List<String> allow) {
        ProblemType type = ProblemType.METHOD_NOT_ALLOWED;
        String detail = path + " takes " + String.join(", ", allow) + ", not " + method;
        return new Problem(type.uri(), type.title(), type.status(), detail, null, List.copyOf(allow), null);
    }

    /** A failure of the domain; the detail is its message. */
    public static Problem of(ControlFailure failure) {
        ProblemType type = switch (failure.kind()) {
            case INVALID -> ProblemType.INVALID_OPTIONS;
            case NOT_FOUND -> ProblemType.SERVICE_NOT_FOUND;
            case CONFLICT -> ProblemType.CONFLICT;
            case UNHEALTHY -> ProblemType.TARGETS_UNHEALTHY;
        };
        return new Problem(
                type.uri(),
                type.title(),
                type.status(),
                failure.getMessage(),
                failure instanceof InvalidField invalid ? invalid.field() : null,
                null,
                failure instanceof DeployFailed deploy ? deploy.evidence() : null);
    }
}
