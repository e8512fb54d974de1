package dev.sluice.exchange;

import dev.sluice.http.CookieScope;
import dev.sluice.http.ForwardedChain;
import dev.sluice.http.ForwardedHeaders;
import dev.sluice.http.HopByHop;
import dev.sluice.http.Lookalikes;
import dev.sluice.http.RequestIds;
import dev.sluice.http.RequestTarget;
import dev.sluice.http.TrustedPeers;
import dev.sluice.http.WriterAffinity;
import dev.sluice.observe.RequestRecord;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.Service;
import dev.sluice.service.Target;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the heads of requests and responses what the other side is to see, and notes for the log what they were. Heads
 * are changed in place. Immutable.
 */
final class Preparation {
    private static final String REQUEST_ID = "X-Request-ID";
    private static final String REQUEST_START = "X-Request-Start";
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final @Nullable TrustedPeers proxies;

    /**
     * @param proxies whose forwarding headers are believed; null to go by each service's own option
     */
    Preparation(@Nullable TrustedPeers proxies) {
        this.proxies = proxies;
    }

    /** A request has come, of which no service is known yet. */
    void received(Exchange x) {
        HttpHeaders headers = x.request.headers();
        RequestRecord record = x.record;
        record.startedMillis = System.currentTimeMillis();
        record.startedNanos = System.nanoTime();
        if (!x.own) {
            mark(headers, record);
        }
        record.host = x.hostHeader;
        record.method = x.request.method().name();
        record.rawPath = x.target.path();
        record.query = x.target.query();
        record.requestContentType = headers.get(HttpHeaderNames.CONTENT_TYPE);
        record.userAgent = headers.get(HttpHeaderNames.USER_AGENT);
        record.forwardedFor = headers.get(FORWARDED_FOR);
        record.requestLength = x.body.length();
        record.tlsVersion = x.connection.tlsVersion();
        record.clientAddress = x.connection.peerAddress();
        record.clientPort = x.connection.peerPort();
        record.listenerPort = x.connection.listenerPort();
        x.upgrade = HopByHop.upgradeProtocol(headers);
        x.secure = x.connection.secure();
        if (proxies != null && !x.own) {
            x.believed = proxies.contains(x.connection.peerAddress());
            String scheme = x.believed ? headers.get(ForwardedHeaders.FORWARDED_PROTO) : null;
            if (scheme != null && !scheme.isEmpty()) {
                x.secure = scheme.equalsIgnoreCase("https");
            }
            findClient(x, proxies);
        }
        record.secure = x.secure;
    }

    // The log's remote address, and what X-Forwarded-For begins with, are the client and nothing that it says.
    private static void findClient(Exchange x, TrustedPeers proxies) {
        x.record.forwardedFor = x.believed
                ? ForwardedChain.settle(x.request.headers(), proxies, x.connection.peerAddress())
                : x.connection.peerAddress();
    }

    private static void mark(HttpHeaders headers, RequestRecord record) {
        String id = headers.get(REQUEST_ID);
        if (id == null || id.isEmpty()) {
            id = RequestIds.next();
            headers.set(REQUEST_ID, id);
        }
        String start = headers.get(REQUEST_START);
        if (start == null || start.isEmpty()) {
            headers.set(REQUEST_START, "t=" + record.startedMillis);
        }
        record.requestId = id;
    }

    /** The request belongs to a service. */
    void entered(Exchange x, Service service, String prefix) {
        String clientIp = service.options().clientIpHeader();
        if (!clientIp.isEmpty() && (proxies == null || x.believed)) {
            ForwardedHeaders.clientIp(x.request.headers(), clientIp);
            x.record.forwardedFor = x.request.headers().get(FORWARDED_FOR);
            if (proxies != null) {
                findClient(x, proxies);
            }
        }
        x.read = isRead(x, service);
    }

    private static boolean isRead(Exchange x, Service service) {
        HttpMethod method = x.request.method();
        boolean read = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        boolean websocket = method.equals(HttpMethod.GET) && "websocket".equalsIgnoreCase(x.upgrade);
        return read && (!websocket || service.options().readTargetsAcceptWebsockets());
    }

    /** The request goes to a target. */
    void forTarget(Exchange x, Target target) {
        HttpHeaders headers = x.request.headers();
        Service service = Objects.requireNonNull(x.service);
        boolean trustClient = proxies == null ? target.options().forwardHeaders() : x.believed;
        HopByHop.removeFromRequest(headers);
        Lookalikes.remove(headers, service.options().clientIpHeader());
        String client = x.record.forwardedFor;
        if (proxies != null && client != null && !client.isEmpty()) {
            ForwardedHeaders.client(headers, x.believed, client);
        }
        // Answered by the proxy, which asks for the body itself.
        headers.remove(HttpHeaderNames.EXPECT);
        if (x.upgrade != null) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE).set(HttpHeaderNames.UPGRADE, x.upgrade);
        }
        frame(x, headers);
        ForwardedHeaders.apply(headers, trustClient, x.connection.peerAddress(), x.connection.secure(), x.hostHeader);
        ForwardedHeaders.target(headers, trustClient, target.address().text());
        setUri(x, service);
        x.request.setProtocolVersion(HttpVersion.HTTP_1_1);
        noteRequestHeaders(x, target, headers);
    }

    /** A request that was made for one target goes to another one, perhaps of the service's next version. */
    void forOtherTarget(Exchange x, Target target) {
        ForwardedHeaders.target(x.request.headers(), false, target.address().text());
        setUri(x, Objects.requireNonNull(x.service));
    }

    private static void setUri(Exchange x, Service service) {
        boolean strip = x.prefix.length() > 1 && service.options().stripPrefix();
        x.request.setUri(RequestTarget.escaped(strip ? x.target.without(x.prefix) : x.target.originForm()));
    }

    // Framing is written anew from what was understood, never passed through (RFC 9112 6).
    private static void frame(Exchange x, HttpHeaders headers) {
        if (x.body.chunked()) {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else if (x.body.length() > 0) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(x.body.length()));
        }
    }

    /** An interim response goes to the client. */
    void interim(HttpResponse head) {
        HopByHop.removeFromResponse(head.headers());
    }

    /** The target's response goes to the client. */
    void response(Exchange x, HttpResponse head) {
        HttpHeaders headers = head.headers();
        Service service = Objects.requireNonNull(x.service);
        Target target = Objects.requireNonNull(x.lease);
        HopByHop.removeFromResponse(headers);
        if (!headers.contains(HttpHeaderNames.DATE)) {
            headers.set(HttpHeaderNames.DATE, x.worker.date());
        }
        if (target.options().scopeCookiePaths()
                && x.prefix.length() > 1
                && service.options().stripPrefix()) {
            CookieScope.apply(headers, x.prefix, x.hostHeader);
        }
        setAffinity(x, service, headers);
        x.connection.advertise(headers);
        noteResponseHeaders(x, target, headers);
    }

    // After a write the client's reads go to the writers for a while: its own changes may not have reached the readers.
    private static void setAffinity(Exchange x, Service service, HttpHeaders headers) {
        LoadBalancer balancer = service.active();
        if (x.read || service.options().writerAffinityTimeout().isZero() || !balancer.hasReaders()) {
            return;
        }
        String wanted = headers.get(WriterAffinity.HEADER);
        headers.remove(WriterAffinity.HEADER);
        if (!"false".equals(wanted)) {
            headers.add(
                    HttpHeaderNames.SET_COOKIE,
                    WriterAffinity.cookie(
                            System.currentTimeMillis(), service.options().writerAffinityTimeout()));
        }
    }

    private static void noteRequestHeaders(Exchange x, Target target, HttpHeaders headers) {
        List<String> names = target.options().logRequestHeaders();
        if (!names.isEmpty() || !target.options().logResponseHeaders().isEmpty()) {
            x.record.extraFields = new ArrayList<>();
            note(x.record.extraFields, "req_", names, headers);
            // Shown empty when no response comes.
            x.record.responseFieldsAt = x.record.extraFields.size();
            for (String name : target.options().logResponseHeaders()) {
                x.record.extraFields.add(field("resp_", name));
                x.record.extraFields.add("");
            }
        }
    }

    private static void noteResponseHeaders(Exchange x, Target target, HttpHeaders headers) {
        int at = x.record.responseFieldsAt + 1;
        for (String name : target.options().logResponseHeaders()) {
            x.record.extraFields.set(at, String.join(",", headers.getAll(name)));
            at += 2;
        }
    }

    private static void note(List<String> fields, String prefix, List<String> names, HttpHeaders headers) {
        for (String name : names) {
            fields.add(field(prefix, name));
            fields.add(String.join(",", headers.getAll(name)));
        }
    }

    private static String field(String prefix, String header) {
        return prefix + header.toLowerCase(Locale.ROOT).replace('-', '_');
    }
}
