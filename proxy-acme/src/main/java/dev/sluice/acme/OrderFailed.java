package dev.sluice.acme;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An order that came to nothing. The message is for the operator: what is wrong, and what to do. */
final class OrderFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean validation;
    private final transient @Nullable Instant retryAfter;

    /**
     * @param validation whether the authority could not see that the name is ours: another way to prove it may work
     * @param retryAfter before which the authority wants to hear nothing of this name, or null
     */
    OrderFailed(String message, boolean validation, @Nullable Instant retryAfter) {
        super(message);
        this.validation = validation;
        this.retryAfter = retryAfter;
    }

    static OrderFailed because(String message) {
        return new OrderFailed(message, false, null);
    }

    boolean validation() {
        return validation;
    }

    @Nullable
    Instant retryAfter() {
        return retryAfter;
    }

    /** The words for the operator; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
