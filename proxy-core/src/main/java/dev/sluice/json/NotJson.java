package dev.sluice.json;

import java.io.IOException;

/** A text is not JSON; the message tells in one line what is wrong, and where. */
public final class NotJson extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 200;
    // For programmers, where Gson has no better words.
    private static final String ADVICE = "Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON";

    NotJson(IOException cause) {
        super(words(String.valueOf(cause.getMessage())), cause);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    // The second line of Gson's messages is a link to its documentation; at the end of the first is a path, as long as
    // the names in the text make it.
    private static String words(String message) {
        int end = message.indexOf('\n');
        String line = (end < 0 ? message : message.substring(0, end)).replace(ADVICE, "Malformed JSON");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
