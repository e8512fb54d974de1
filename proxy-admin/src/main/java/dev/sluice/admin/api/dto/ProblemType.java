package dev.sluice.admin.api.dto;

import java.util.Locale;

/** The kinds of problems that the API knows, with their HTTP status and title. The slug is the name in lower case. */
public enum ProblemType {
    BAD_REQUEST(400, "The request is not one that this API understands"),
    INVALID_JSON(400, "The body is not valid JSON"),
    UNKNOWN_FIELD(400, "The body has a field that does not exist"),
    WRONG_TYPE(400, "A field of the body has the wrong type"),
    INVALID_OPTIONS(400, "The options are not valid"),
    SERVICE_NOT_FOUND(404, "There is no service of that name"),
    NOT_FOUND(404, "There is nothing at that path"),
    METHOD_NOT_ALLOWED(405, "The method does not apply to that path"),
    CONFLICT(409, "The request clashes with what is there"),
    BODY_TOO_LARGE(413, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is not JSON"),
    TARGETS_UNHEALTHY(422, "The new targets did not become healthy"),
    INTERNAL(500, "Something went wrong in the proxy");

    private final int status;
    private final String title;
    private final String slug = name().toLowerCase(Locale.ROOT).replace('_', '-');

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** The URI that names this kind. */
    public String uri() {
        return "urn:sluice:problem:" + slug;
    }
}
