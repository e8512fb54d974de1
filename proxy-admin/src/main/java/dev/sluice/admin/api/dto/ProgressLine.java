package dev.sluice.admin.api.dto;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** One line of a deploy's progress. The field {@code event} says which. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ProgressLine.Checked.class, name = "checked"),
    @JsonSubTypes.Type(value = ProgressLine.Switched.class, name = "switched"),
    @JsonSubTypes.Type(value = ProgressLine.Draining.class, name = "draining"),
    @JsonSubTypes.Type(value = ProgressLine.Certificates.class, name = "certificates"),
    @JsonSubTypes.Type(value = ProgressLine.Deployed.class, name = "deployed"),
    @JsonSubTypes.Type(value = ProgressLine.Failed.class, name = "failed")
})
public sealed interface ProgressLine {

    /** A health check of a new target has ended. */
    record Checked(String target, int tries, boolean healthy, String message) implements ProgressLine {}

    /** New requests go to the new targets from here on. */
    record Switched() implements ProgressLine {}

    /** The replaced targets finish the requests that they have. */
    record Draining(long inFlight) implements ProgressLine {}

    /** How the automatic certificates stand; those that are not there are being ordered on. */
    record Certificates(List<CertificateView> certificates) implements ProgressLine {}

    /** The last line of a deploy that succeeded. */
    record Deployed(ServiceView service) implements ProgressLine {}

    /** The last line of a deploy that failed. */
    record Failed(Problem problem) implements ProgressLine {}
}
