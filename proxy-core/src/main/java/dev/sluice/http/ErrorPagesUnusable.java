package dev.sluice.http;

import java.io.IOException;

/** Custom error pages that cannot be served; the message names the file and what is wrong with it. */
public final class ErrorPagesUnusable extends IOException {
    private static final long serialVersionUID = 1L;

    public ErrorPagesUnusable(String message) {
        super(message);
    }
}
