package dev.sluice.observe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of one request when it has ended, gathered while it runs. Owned by the request's event loop until it is
 * handed to the access log; after that nobody writes to it, and the log's thread reads it. Times are those of
 * {@link System#nanoTime}, except {@link #startedMillis}.
 */
public class RequestRecord {
    // The request as it came, before anything was changed. Header values are null when absent.
    public String host = "";
    public String method = "";
    /** Raw, without the query, before stripping. */
    public String rawPath = "";
    /** Raw, without the question mark; empty for none. */
    public String query = "";

    public String requestId = "";
    public @Nullable String requestContentType;
    public @Nullable String userAgent;
    /** First X-Forwarded-For line as received, after a client-IP header took its place. */
    public @Nullable String forwardedFor;
    /** Bytes announced; -1 when unknown. */
    public long requestLength;
    /** {@code HTTP/1.1}, {@code HTTP/2.0}, {@code HTTP/3.0}. */
    public String protocol = "HTTP/1.1";

    public boolean secure;
    /** {@code TLSv1.3}; null for plain connections. */
    public @Nullable String tlsVersion;

    public String clientAddress = "";
    public int clientPort;
    /** The configured port of the listener. */
    public int listenerPort;

    // What became of it.
    public String service = "";
    public String target = "";
    public int status;
    public @Nullable String responseContentType;
    /** Body bytes received from the client. */
    public long bytesIn;
    /** Body bytes handed to the client's connection. */
    public long bytesOut;

    public int retries;
    /** Why the proxy itself answered, in a few words; null when the target did. */
    public @Nullable String reason;

    public boolean excludedFromMetrics;

    public long startedMillis;
    public long startedNanos;
    public long endedNanos;
    /** When the target was asked, and when its response head came; 0 for never. */
    public long upstreamAskedNanos;

    public long upstreamAnsweredNanos;

    /** Field names and values for {@code --log-request-header} and {@code --log-response-header}, alternating. */
    public List<String> extraFields = List.of();

    /** Where in {@link #extraFields} those of the response begin. */
    public int responseFieldsAt;
}
