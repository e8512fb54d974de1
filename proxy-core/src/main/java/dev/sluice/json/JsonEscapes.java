package dev.sluice.json;

import java.util.HexFormat;

/** Strings as JSON has them, by what is escaped in them besides what must be (RFC 8259, section 7). */
public enum JsonEscapes {
    /** Nothing. */
    FEWEST,
    /** Surrogates, so that any string can be encoded, and comes back as it was. */
    SURROGATES,
    /** What Go's encoding/json escapes so that its output may stand in HTML and JavaScript. */
    GO;

    private static final HexFormat SMALL = HexFormat.of();
    private static final HexFormat CAPITALS = HexFormat.of().withUpperCase();

    /** The string in quotes. */
    public String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < ' ' || besides(c)) {
                        quoted.append("\\u").append((this == GO ? SMALL : CAPITALS).toHexDigits(c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    private boolean besides(char c) {
        return this == GO ? "<>&\u2028\u2029".indexOf(c) >= 0 : this == SURROGATES && Character.isSurrogate(c);
    }
}
