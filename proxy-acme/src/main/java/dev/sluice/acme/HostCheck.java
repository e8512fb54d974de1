package dev.sluice.acme;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks the operator's application whether a host may have a certificate. Never blocks. */
@FunctionalInterface
public interface HostCheck {

    /** For a whole answer. */
    Duration TIMEOUT = Duration.ofSeconds(2);

    /**
     * What the application answered; only 200 allows.
     *
     * @param body its first 256 bytes at most
     */
    record Verdict(int status, String body) {
        boolean allows() {
            return status == 200;
        }
    }

    /** Fails when no answer came within {@link #TIMEOUT}. */
    CompletionStage<Verdict> check(String host);
}
