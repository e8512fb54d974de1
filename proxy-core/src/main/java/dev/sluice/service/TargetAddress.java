package dev.sluice.service;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a target listens.
 *
 * @param text as the operator gave it, which is how it is listed, logged and stored
 * @param host name or IP literal, without brackets
 * @param port 1 to 65535; 80 when none was given
 */
public record TargetAddress(String text, String host, int port) {

    // kamal-proxy's rule, and IPv6 literals in brackets besides.
    private static final Pattern NAMED = Pattern.compile("(\\w[-_.+0-9A-Za-z]+)(?::(\\d+))?");
    private static final Pattern LITERAL = Pattern.compile("\\[([0-9A-Fa-f:.]+(?:%\\w+)?)](?::(\\d+))?");

    private static final int DEFAULT_PORT = 80;

    /** Reads {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}. */
    public static TargetAddress parse(String text) throws ControlFailure {
        Matcher named = NAMED.matcher(text);
        Matcher matcher = named.matches() ? named : LITERAL.matcher(text);
        if (!matcher.matches()) {
            throw new ControlFailure(ControlFailure.Kind.INVALID, text + " :invalid host pattern");
        }
        return new TargetAddress(text, matcher.group(1), port(text, matcher.group(2)));
    }

    private static int port(String text, @Nullable String digits) throws ControlFailure {
        if (digits == null) {
            return DEFAULT_PORT;
        }
        int port = digits.length() > 5 ? 0 : Integer.parseInt(digits);
        if (port < 1 || port > 65535) {
            throw new ControlFailure(
                    ControlFailure.Kind.INVALID, text + " :invalid host pattern (the port must be 1 to 65535)");
        }
        return port;
    }

    /** The Host header for requests of our own to this address, with another port. */
    public String authority(int otherPort) {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return otherPort == DEFAULT_PORT ? name : name + ":" + otherPort;
    }

    @Override
    public String toString() {
        return text;
    }
}
