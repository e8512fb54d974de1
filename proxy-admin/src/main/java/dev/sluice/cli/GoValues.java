package dev.sluice.cli;

/** Integers and booleans as Go's strconv reads them, with its words for those that it refuses. */
final class GoValues {
    private GoValues() {}

    /** One of {@code 1 t T TRUE true True 0 f F FALSE false False}. */
    static boolean bool(String text) {
        return switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default ->
                throw new IllegalArgumentException(
                        "strconv.ParseBool: parsing " + GoQuote.of(text) + ": invalid syntax");
        };
    }

    /** A 64-bit integer: decimal, {@code 0x}, {@code 0o}, {@code 0b} or {@code 0}, with {@code _} between digits. */
    static long integer(String text) {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String digits = signed ? text.substring(1) : text;
        int radix = 10;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            radix = switch (digits.charAt(1)) {
                case 'x', 'X' -> 16;
                case 'b', 'B' -> 2;
                default -> 8;
            };
            boolean marked = "xXbBoO".indexOf(digits.charAt(1)) >= 0;
            digits = digits.substring(marked ? 2 : 1);
            if (digits.startsWith("_")) {
                digits = digits.substring(1);
            }
        }
        if (!wellFormed(digits, radix)) {
            throw refused(text, "invalid syntax");
        }
        try {
            return Long.parseLong((text.startsWith("-") ? "-" : "") + digits.replace("_", ""), radix);
        } catch (NumberFormatException e) {
            throw refused(text, "value out of range");
        }
    }

    private static boolean wellFormed(String digits, int radix) {
        boolean digit = false;
        for (int at = 0; at < digits.length(); at++) {
            char c = digits.charAt(at);
            if (c == '_' && !digit) {
                return false;
            }
            if (c != '_' && (c >= 128 || Character.digit(c, radix) < 0)) {
                return false;
            }
            digit = c != '_';
        }
        return digit;
    }

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException("strconv.ParseInt: parsing " + GoQuote.of(text) + ": " + why);
    }
}
