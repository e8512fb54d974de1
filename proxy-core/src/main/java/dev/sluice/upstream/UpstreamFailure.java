package dev.sluice.upstream;

import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Why a target could not be asked, or did not answer properly.
 *
 * @param detail what happened, for the log
 */
public record UpstreamFailure(Kind kind, String detail) {

    /** What an exchange may conclude. */
    public enum Kind {
        /** The name has no address; nothing was sent. */
        NAME_UNKNOWN,
        /** The connection was refused or the host is unreachable; nothing was sent. */
        REFUSED,
        /** No connection in time; nothing was sent. */
        CONNECT_TIMEOUT,
        /** The connection ended before the response was complete. */
        CLOSED,
        /** What came is not a valid response. */
        BAD_RESPONSE
    }

    static UpstreamFailure connecting(String address, Throwable cause) {
        return switch (cause) {
            case UnknownHostException e ->
                new UpstreamFailure(Kind.NAME_UNKNOWN, "lookup " + e.getMessage() + ": no such host");
            case ConnectTimeoutException _ ->
                new UpstreamFailure(Kind.CONNECT_TIMEOUT, "dial tcp " + address + ": i/o timeout");
            case ConnectException e ->
                new UpstreamFailure(Kind.REFUSED, "dial tcp " + address + ": connect: " + reason(e));
            default -> new UpstreamFailure(Kind.REFUSED, "dial tcp " + address + ": " + reason(cause));
        };
    }

    static UpstreamFailure reading(Throwable cause) {
        return new UpstreamFailure(Kind.CLOSED, reason(cause));
    }

    // Netty's message repeats call and address; the part after the last colon is the system's word for it.
    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        if (message.contains("failed with error(-")) {
            int colon = message.indexOf("): ");
            String tail = colon < 0 ? message : message.substring(colon + 3);
            int address = tail.indexOf(": ");
            return (address < 0 ? tail : tail.substring(0, address)).toLowerCase(Locale.ROOT);
        }
        int refused = message.indexOf("Connection refused");
        return refused >= 0 ? "connection refused" : message;
    }
}
