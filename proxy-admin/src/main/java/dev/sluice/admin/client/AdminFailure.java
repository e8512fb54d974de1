package dev.sluice.admin.client;

import java.util.List;

/**
 * A call that did not succeed: the daemon could not be reached, ended during the call, or answered with a problem. The
 * message is one line for the operator.
 */
public final class AdminFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<TargetReport> targets;
    private final String hint;

    AdminFailure(String message, String hint) {
        this(message, hint, List.of());
    }

    private AdminFailure(String message, String hint, List<TargetReport> targets) {
        super(message);
        this.hint = hint;
        this.targets = targets;
    }

    /** The failure that a problem document (RFC 9457) tells of. */
    static AdminFailure of(JsonObject problem) {
        String detail = problem.text("detail");
        List<TargetReport> targets =
                problem.objects("targets").stream().map(TargetReport::of).toList();
        return new AdminFailure(detail.isEmpty() ? problem.text("title") : detail, "", targets);
    }

    /** One line for the operator; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** What an operator might do; empty when the message says enough. */
    public String hint() {
        return hint;
    }

    /** Why each new target of a failed deploy was not found healthy; empty for other failures. */
    public List<TargetReport> targets() {
        return targets;
    }
}
