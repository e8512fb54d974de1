package dev.sluice.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** Which messages are streams by what their heads say: to hold them until they end would be to break them. */
final class Streams {
    private static final String ACCEL_BUFFERING = "X-Accel-Buffering";
    private static final String GRPC = "application/grpc";

    private Streams() {}

    /** Events, lines of JSON, gRPC, and whatever the application says is not to be held (nginx's header). */
    static boolean response(HttpHeaders headers) {
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
        return is(type, "text/event-stream")
                || is(type, "application/x-ndjson")
                || grpc(type)
                || "no".equalsIgnoreCase(headers.get(ACCEL_BUFFERING));
    }

    /** gRPC, where the application may answer, and is expected to, before the client is done. */
    static boolean request(HttpHeaders headers) {
        return grpc(headers.get(HttpHeaderNames.CONTENT_TYPE));
    }

    private static boolean is(@Nullable String type, String mediaType) {
        int length = mediaType.length();
        return type != null
                && type.regionMatches(true, 0, mediaType, 0, length)
                && (type.length() == length || type.charAt(length) == ';' || type.charAt(length) == ' ');
    }

    // Also application/grpc+proto, application/grpc-web and so on.
    private static boolean grpc(@Nullable String type) {
        return type != null && type.regionMatches(true, 0, GRPC, 0, GRPC.length());
    }
}
