package dev.sluice.exchange;

import dev.sluice.http.Accepts;
import dev.sluice.http.ErrorPages;
import dev.sluice.http.Redirects;
import dev.sluice.service.RouteTable;
import dev.sluice.service.Service;
import dev.sluice.service.TlsOptions;
import dev.sluice.tls.ChallengeAnswers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.function.Supplier;

/** The answers that the proxy gives itself: challenges, redirects, health while the gate is closed, error pages. */
public final class Answers {
    private static final String CHALLENGE_PATH = "/.well-known/acme-challenge/";

    private final Supplier<Ports> ports;
    private final ChallengeAnswers challenges;
    private final BalancerHealth health;

    /**
     * @param ports known once the listeners are bound, which is after this is made
     */
    public Answers(Supplier<Ports> ports, ChallengeAnswers challenges, BalancerHealth health) {
        this.ports = ports;
        this.challenges = challenges;
        this.health = health;
    }

    /** Without a path for load balancers. */
    public Answers(Supplier<Ports> ports, ChallengeAnswers challenges) {
        this(ports, challenges, new BalancerHealth(""));
    }

    /**
     * Answers load balancers in front that ask for the health of the proxy, or of one service: for any host, with and
     * without TLS. Neither logged nor counted: they ask every other second.
     */
    boolean answeredBalancer(Exchange x, RouteTable table) {
        HttpMethod method = x.request.method();
        if (x.own || !(method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))) {
            return false;
        }
        String path = x.target.decodedPath();
        boolean ofProxy = health.asked(path);
        Service service = ofProxy ? null : table.balancerService(x.host, path);
        if (!ofProxy && service == null) {
            return false;
        }
        boolean up = !health.ending() && (service == null || service.available());
        x.unlogged = true;
        HttpResponse head = Responses.empty(up ? 200 : 503);
        head.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        answer(x, head, Unpooled.EMPTY_BUFFER);
        return true;
    }

    /**
     * Answers the check of a certificate authority (RFC 8555 8.3), whatever the host's service is doing. Tokens that
     * nobody waits for are unknown where certificates are automatic, and an ordinary path elsewhere.
     */
    boolean answeredChallenge(Exchange x, RouteTable table) {
        String path = x.target.decodedPath();
        if (!path.startsWith(CHALLENGE_PATH)) {
            return false;
        }
        String text = challenges.http01(path.substring(CHALLENGE_PATH.length()));
        if (text == null) {
            Service service = table.tlsService(x.host);
            if (service == null || service.options().tls().custom()) {
                return false;
            }
        }
        x.record.reason = "certificate authority's check";
        answer(x, text == null ? 404 : 200, Responses.TEXT, text == null ? "no such challenge\n" : text);
        return true;
    }

    /** Redirects to https and the canonical host, in one hop, where the service wants that. */
    boolean redirected(Exchange x, Service service) {
        Ports bound = ports.get();
        TlsOptions tls = service.options().tls();
        String location = Redirects.location(
                tls.enabled() && tls.redirect(),
                service.options().canonicalHost(),
                x.secure,
                x.hostHeader,
                x.target.originForm(),
                bound.http(),
                bound.https());
        if (location == null) {
            return false;
        }
        x.record.reason = "redirect";
        HttpMethod method = x.request.method();
        HttpResponse head;
        ByteBuf body = Unpooled.EMPTY_BUFFER;
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            body = Responses.utf8(Redirects.body(location));
            head = Responses.withBody(301, Responses.HTML, body);
        } else {
            head = Responses.empty(301);
        }
        head.headers().set(HttpHeaderNames.LOCATION, location).set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        answer(x, head, body);
        return true;
    }

    /** While the gate is closed the health path is answered here, so that balancers in front keep this server. */
    boolean answeredHealthCheck(Exchange x, Service service) {
        HttpMethod method = x.request.method();
        // To an extended CONNECT a 200 would be a tunnel.
        if (x.connect || (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD))) {
            return false;
        }
        boolean strip = x.prefix.length() > 1 && service.options().stripPrefix();
        String path = strip ? x.target.decodedPathWithout(x.prefix) : x.target.decodedPath();
        if (!path.equals(service.targetOptions().healthCheck().path())) {
            return false;
        }
        x.record.reason = "health check while paused or stopped";
        answer(x, Responses.empty(200), Unpooled.EMPTY_BUFFER);
        return true;
    }

    /** What is said of an error of the proxy's own, in the form that the client wants. */
    void error(Exchange x, ProxyError error) {
        ErrorPages pages = x.service == null ? ErrorPages.BUILT_IN : x.service.errorPages();
        int status = error.status();
        String message = error.message();
        switch (Accepts.choose(x.request.headers().get(HttpHeaderNames.ACCEPT))) {
            case HTML -> answer(x, status, Responses.HTML, pages.render(status, message));
            case JSON -> answer(x, status, Responses.JSON, ErrorPages.json(status, message));
            case TEXT -> answer(x, status, Responses.TEXT, ErrorPages.text(status, message));
        }
    }

    private static void answer(Exchange x, int status, String contentType, String text) {
        ByteBuf body = Responses.utf8(text);
        answer(x, Responses.withBody(status, contentType, body), body);
    }

    private static void answer(Exchange x, HttpResponse head, ByteBuf body) {
        head.headers().set(HttpHeaderNames.DATE, x.worker.date());
        x.connection.advertise(head.headers());
        boolean bodiless = x.request.method().equals(HttpMethod.HEAD);
        x.responding = true;
        x.record.status = head.status().code();
        x.record.responseContentType = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
        x.record.bytesOut = bodiless ? 0 : body.readableBytes();
        x.path.finish(x);
        x.client.head(head);
        if (bodiless || !body.isReadable()) {
            body.release();
        } else {
            x.client.body(body);
        }
        x.client.end(EmptyHttpHeaders.INSTANCE);
    }
}
