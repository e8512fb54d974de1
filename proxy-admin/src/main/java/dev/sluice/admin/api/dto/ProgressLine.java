package dev.sluice.admin.api.dto;

import java.util.List;
import java.util.Locale;

/** One line of a deploy's progress. The field {@code event} says which, and comes first. */
public sealed interface ProgressLine {

    /** The line's kind: the name of its record in small letters. */
    default String event() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

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
