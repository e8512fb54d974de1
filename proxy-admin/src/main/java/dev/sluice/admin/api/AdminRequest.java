package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.ProblemType;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A request as it came, whole, and free of buffers that would have to be released. Immutable. */
final class AdminRequest {
    private static final String LINES = "application/x-ndjson";
    private static final String MINIMAL = "return=minimal";
    private static final String JSON = "application/json";

    private final String method;
    private final String target;
    private final @Nullable String contentType;
    private final boolean acceptsLines;
    private final boolean prefersMinimal;
    private final byte[] body;

    /** Copies what is needed; the message stays the caller's. */
    AdminRequest(FullHttpRequest message) {
        this.method = message.method().name();
        this.target = message.uri();
        this.contentType = message.headers().get(HttpHeaderNames.CONTENT_TYPE);
        this.acceptsLines = says(message, HttpHeaderNames.ACCEPT, LINES);
        this.prefersMinimal = says(message, "Prefer", MINIMAL);
        this.body = ByteBufUtil.getBytes(message.content());
    }

    private static boolean says(FullHttpRequest message, CharSequence field, String word) {
        return message.headers().getAll(field).stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains(word));
    }

    String method() {
        return method;
    }

    /** The request target, undecoded. */
    String target() {
        return target;
    }

    /** Whether the client reads progress, line by line. */
    boolean acceptsLines() {
        return acceptsLines;
    }

    /** Whether the client can do without what is long (RFC 7240 4.2). */
    boolean prefersMinimal() {
        return prefersMinimal;
    }

    /**
     * The body as a record; no body is an empty object.
     *
     * @throws RequestFailure when it is not JSON or does not have the fields that the record has
     */
    <T extends Record> T body(Class<T> type) throws RequestFailure {
        if (body.length > 0 && contentType != null && !json(contentType)) {
            throw new RequestFailure(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "the body must be sent as Content-Type: application/json, not " + contentType);
        }
        return BodyReader.read(body, type);
    }

    private static boolean json(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().equalsIgnoreCase(JSON);
    }
}
