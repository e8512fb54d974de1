package dev.sluice.acme;

import java.util.Arrays;

/** Which server names can be those of a public host at all: the others are refused before anyone is asked. */
final class OnDemandNames {
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    private OnDemandNames() {}

    /**
     * Whether a name has two labels at least, each of letters, digits and hyphens (RFC 1123 2.1), and the last one is
     * not a number: that excludes addresses of both kinds, wildcards and names with an underscore.
     *
     * @param name in lower case, without a dot at its end
     */
    static boolean acceptable(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            return false;
        }
        String[] labels = name.split("\\.", -1);
        for (String label : labels) {
            if (!hostLabel(label)) {
                return false;
            }
        }
        String last = labels[labels.length - 1];
        return labels.length > 1 && last.chars().anyMatch(c -> c < '0' || c > '9');
    }

    private static boolean hostLabel(String label) {
        int length = label.length();
        if (length == 0 || length > MAX_LABEL || label.charAt(0) == '-' || label.charAt(length - 1) == '-') {
            return false;
        }
        return label.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    }

    /**
     * What is taken for the registered domain of a name: two labels, or three under short second-level domains such as
     * {@code co.uk}. Good enough to count by; where it is wrong, more names share a count. The public
     * suffix list would be right, but has to be kept up to date to stay so.
     */
    static String apex(String name) {
        String[] labels = name.split("\\.", -1);
        int count = labels.length;
        boolean three = count > 2 && labels[count - 1].length() == 2 && labels[count - 2].length() <= 3;
        int from = Math.max(0, count - (three ? 3 : 2));
        return String.join(".", Arrays.asList(labels).subList(from, count));
    }
}
