package dev.sluice.observe;

import dev.sluice.observe.JsonLine.FieldName;
import java.util.List;

/**
 * Logs every request when it has ended: kamal-proxy's fields in its order, then the headers the operator asked for, then
 * Sluice's own. Called on event loops; the line is put together on the log's thread.
 */
public final class AccessLog {
    private static final FieldName HOST = new FieldName("host");
    private static final FieldName PORT = new FieldName("port");
    private static final FieldName PATH = new FieldName("path");
    private static final FieldName REQUEST_ID = new FieldName("request_id");
    private static final FieldName STATUS = new FieldName("status");
    private static final FieldName SERVICE = new FieldName("service");
    private static final FieldName TARGET = new FieldName("target");
    private static final FieldName DURATION = new FieldName("duration");
    private static final FieldName METHOD = new FieldName("method");
    private static final FieldName REQUEST_LENGTH = new FieldName("req_content_length");
    private static final FieldName REQUEST_TYPE = new FieldName("req_content_type");
    private static final FieldName RESPONSE_LENGTH = new FieldName("resp_content_length");
    private static final FieldName RESPONSE_TYPE = new FieldName("resp_content_type");
    private static final FieldName CLIENT_ADDRESS = new FieldName("client_addr");
    private static final FieldName CLIENT_PORT = new FieldName("client_port");
    private static final FieldName REMOTE_ADDRESS = new FieldName("remote_addr");
    private static final FieldName USER_AGENT = new FieldName("user_agent");
    private static final FieldName PROTOCOL = new FieldName("proto");
    private static final FieldName SCHEME = new FieldName("scheme");
    private static final FieldName QUERY = new FieldName("query");

    // A name with req_ or resp_ in front would look like a header that was asked for.
    private static final FieldName UPSTREAM_DURATION = new FieldName("upstream_duration");
    private static final FieldName BYTES_IN = new FieldName("bytes_in");
    private static final FieldName TLS_VERSION = new FieldName("tls_version");
    private static final FieldName RETRIES = new FieldName("retries");
    private static final FieldName REASON = new FieldName("reason");

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final LogWriter writer;

    public AccessLog(LogWriter writer) {
        this.writer = writer;
    }

    /** Logs a request; its record is not to be changed any more. */
    public void ended(RequestRecord request) {
        writer.offer(line -> write(request, line));
    }

    static void write(RequestRecord request, JsonLine line) {
        long took = request.endedNanos - request.startedNanos;
        long sinceSecond = request.startedMillis % 1000 * 1_000_000 + took;
        line.head(
                request.startedMillis / 1000 + sinceSecond / NANOS_PER_SECOND,
                (int) (sinceSecond % NANOS_PER_SECOND),
                "INFO",
                "Request");
        line.field(HOST, request.host);
        line.field(PORT, request.listenerPort);
        line.field(PATH, WireText.decodePath(request.rawPath));
        line.field(REQUEST_ID, request.requestId);
        line.field(STATUS, request.status);
        line.field(SERVICE, request.service);
        line.field(TARGET, request.target);
        line.field(DURATION, took);
        line.field(METHOD, request.method);
        line.field(REQUEST_LENGTH, request.requestLength);
        String requestType = request.requestContentType;
        line.field(REQUEST_TYPE, requestType == null ? "" : requestType);
        line.field(RESPONSE_LENGTH, request.bytesOut);
        String responseType = request.responseContentType;
        line.field(RESPONSE_TYPE, responseType == null ? "" : responseType);
        client(request, line);
        line.field(QUERY, request.query);
        List<String> extra = request.extraFields;
        for (int i = 0; i + 1 < extra.size(); i += 2) {
            line.field(extra.get(i), extra.get(i + 1));
        }
        own(request, line);
    }

    private static void client(RequestRecord request, JsonLine line) {
        line.field(CLIENT_ADDRESS, request.clientAddress);
        line.quoted(CLIENT_PORT, request.clientPort);
        String forwarded = request.forwardedFor;
        line.field(REMOTE_ADDRESS, forwarded == null || forwarded.isEmpty() ? request.clientAddress : forwarded);
        String userAgent = request.userAgent;
        line.field(USER_AGENT, userAgent == null ? "" : userAgent);
        line.field(PROTOCOL, request.protocol);
        line.field(SCHEME, request.secure ? "https" : "http");
    }

    private static void own(RequestRecord request, JsonLine line) {
        boolean answered = request.upstreamAskedNanos != 0 && request.upstreamAnsweredNanos != 0;
        line.field(UPSTREAM_DURATION, answered ? request.upstreamAnsweredNanos - request.upstreamAskedNanos : 0);
        line.field(BYTES_IN, request.bytesIn);
        String tlsVersion = request.tlsVersion;
        line.field(TLS_VERSION, tlsVersion == null ? "" : tlsVersion);
        line.field(RETRIES, request.retries);
        String reason = request.reason;
        line.field(REASON, reason == null ? "" : reason);
    }
}
