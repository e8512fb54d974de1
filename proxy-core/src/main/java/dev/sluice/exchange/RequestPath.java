package dev.sluice.exchange;

import dev.sluice.buffer.SpillFiles;
import dev.sluice.http.Cookies;
import dev.sluice.http.TrustedPeers;
import dev.sluice.http.WriterAffinity;
import dev.sluice.observe.Events;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.Claim;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.PauseGate;
import dev.sluice.service.Rollout;
import dev.sluice.service.RouteMatch;
import dev.sluice.service.Service;
import dev.sluice.service.Services;
import dev.sluice.service.Target;
import dev.sluice.upstream.UpstreamConnection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of a request, phase by phase: receive, match, admit, claim, connect ({@link Attempts}), send, relay, finish. Every method is
 * called on the exchange's event loop and returns at once; where a phase has to wait, the next one is called by what it
 * waits for. Whatever goes wrong goes through {@link #fail}; there is no other way out. Holds no state of its own.
 */
public final class RequestPath {
    // A claim is refused when targets were replaced since the routes were read; the next look finds the new ones.
    private static final int MOST_TURNS = 16;

    private final Services services;
    private final SpillFiles spillFiles;
    private final Answers answers;
    private final Preparation preparation;
    private final Finish finish;
    private final Relay relay;
    private final Interruptions interruptions;
    private final Attempts attempts;

    /** Without trusted proxies. */
    public RequestPath(Services services, SpillFiles spillFiles, Answers answers, Finish finish) {
        this(services, spillFiles, answers, finish, null);
    }

    /**
     * @param proxies whose forwarding headers are believed; null to go by each service's own option
     */
    public RequestPath(
            Services services, SpillFiles spillFiles, Answers answers, Finish finish, @Nullable TrustedPeers proxies) {
        this.services = services;
        this.spillFiles = spillFiles;
        this.answers = answers;
        this.preparation = new Preparation(proxies);
        this.finish = finish;
        this.relay = new Relay(this, preparation, finish);
        this.interruptions = new Interruptions(this);
        this.attempts = new Attempts(this, preparation, finish);
    }

    Relay relay() {
        return relay;
    }

    Interruptions interruptions() {
        return interruptions;
    }

    SpillFiles spillFiles() {
        return spillFiles;
    }

    // -- receive

    /** A request's head is there; its body follows through the exchange. */
    public void receive(Exchange x) {
        x.worker.add(x);
        preparation.received(x);
        if (answers.answeredBalancer(x, services.table())) {
            return;
        }
        if (x.body.overLimit()) {
            interruptions.bodyOverLimit(x);
        } else if (!answers.answeredChallenge(x, services.table())) {
            route(x);
        }
    }

    // -- match, admit, claim

    /** Finds the service and a target for a request; called again whenever what it waited for has come. */
    void route(Exchange x) {
        x.phase = Exchange.Phase.ROUTING;
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            RouteMatch match = services.table().match(x.host, x.own ? "/" : x.target.decodedPath());
            if (!(match instanceof RouteMatch.Matched(Service service, String prefix))) {
                fail(x, ProxyError.of(ProxyError.Kind.NO_SERVICE, 404, "no service for this host and path"));
                return;
            }
            enter(x, service, prefix);
            if (!admit(x, service)) {
                return;
            }
            LoadBalancer balancer = service.balancerFor(rolloutCookie(x, service));
            Search search = x.search;
            Claim claim = balancer.claim(mayGoToReader(x, balancer), search == null ? List.of() : search.tried());
            // By instanceof: the first switch over types costs each start 10 ms of bootstrap.
            if (claim instanceof Target target) {
                if (service.gate().running()) {
                    x.lease = target;
                    x.releaseOwed = true;
                    x.record.target = target.address().text();
                    attempts.connect(x, target, balancer.targets().size() > 1);
                    return;
                }
                // The gate was closed after it let the request pass: whoever drains must not miss it.
                target.release();
            } else if (claim == Claim.Refused.NO_HEALTHY_TARGET) {
                attempts.noneLeft(x, service);
                return;
            }
        }
        fail(x, ProxyError.of(ProxyError.Kind.NO_HEALTHY_TARGET, 503, "the targets were being replaced"));
    }

    private void enter(Exchange x, Service service, String prefix) {
        boolean known = x.service != null && x.service.name().equals(service.name());
        x.service = service;
        x.prefix = prefix;
        if (!known) {
            preparation.entered(x, service, prefix);
            finish.entered(x, service, prefix);
        }
    }

    /** Lets the request pass to a target, or answers it, holds it, or collects its body first. */
    private boolean admit(Exchange x, Service service) {
        if (x.connection.secure() && !service.options().tls().enabled()) {
            fail(x, ProxyError.of(ProxyError.Kind.TLS_NOT_CONFIGURED, 503, "the service is not served over TLS"));
            return false;
        }
        if (x.connection.secure() && Misdirection.applies(x, services.table())) {
            fail(x, ProxyError.of(ProxyError.Kind.MISDIRECTED, 421, "the TLS connection was made for another service"));
            return false;
        }
        String fault = service.faultNow();
        if (fault != null) {
            fail(x, ProxyError.of(ProxyError.Kind.SERVICE_BROKEN, 503, fault));
            return false;
        }
        if (x.own) {
            return admitOwn(x, service);
        }
        if (answers.redirected(x, service)) {
            return false;
        }
        // Once more: the service has a limit of its own.
        if (x.body.overLimit()) {
            interruptions.bodyOverLimit(x);
            return false;
        }
        PauseGate.State gate = service.gate().state();
        if (gate instanceof PauseGate.Running) {
            return !collects(x, service);
        }
        if (answers.answeredHealthCheck(x, service)) {
            return false;
        }
        if (gate instanceof PauseGate.Paused paused) {
            hold(x, service, paused);
        } else if (gate instanceof PauseGate.Stopped stopped) {
            fail(x, new ProxyError(ProxyError.Kind.SERVICE_STOPPED, 503, stopped.message(), "the service is stopped"));
        }
        return false;
    }

    // Nobody is to wait at a closed gate with a handshake.
    private boolean admitOwn(Exchange x, Service service) {
        if (!service.gate().running()) {
            fail(x, ProxyError.of(ProxyError.Kind.SERVICE_STOPPED, 503, "the service is paused or stopped"));
            return false;
        }
        return true;
    }

    private void hold(Exchange x, Service service, PauseGate.Paused paused) {
        Runnable waiter = () -> x.worker.loop().execute(() -> letGo(x));
        x.phase = Exchange.Phase.HELD;
        x.waiter = waiter;
        // The longest pause counts from the arrival, also when a held request meets a second pause.
        long left = paused.maxPause().toNanos() - (System.nanoTime() - x.record.startedNanos);
        x.worker.deadline(x, Math.max(1, left));
        if (!service.gate().hold(waiter)) {
            // Opened or stopped at this moment.
            letGo(x);
        }
    }

    private void letGo(Exchange x) {
        if (x.phase == Exchange.Phase.HELD) {
            x.worker.deadline(x, 0);
            x.waiter = null;
            route(x);
        }
    }

    // A body that is collected holds no target meanwhile: a slow upload does not delay a switch.
    private boolean collects(Exchange x, Service service) {
        BufferOptions options = service.targetOptions().buffering();
        if (!options.requests() || x.upgrade != null || !(x.body.toBeCollected() || x.body.collecting())) {
            return false;
        }
        if (Streams.request(x.request.headers())) {
            return !x.body.limit(options.maxRequestBody());
        }
        x.phase = Exchange.Phase.BUFFERING;
        if (x.body.toBeCollected()) {
            x.body.collect(options.memory(), options.maxRequestBody());
        }
        return true;
    }

    private static @Nullable String rolloutCookie(Exchange x, Service service) {
        return service.rollout() == null ? null : Cookies.value(x.request.headers(), Rollout.COOKIE);
    }

    private static boolean mayGoToReader(Exchange x, LoadBalancer balancer) {
        return balancer.hasReaders()
                && x.read
                && !WriterAffinity.active(x.request.headers(), System.currentTimeMillis());
    }

    // -- send

    void send(Exchange x, UpstreamConnection connection) {
        x.upstream = connection;
        x.worker.deadline(x, 0);
        x.phase = Exchange.Phase.AWAITING_HEAD;
        x.record.upstreamAskedNanos = System.nanoTime();
        announce(x, connection);
        connection.sendHead(x.request);
        x.body.sendTo(connection);
    }

    // Such a connection is for this one request: see UpstreamPool.keep.
    private static void announce(Exchange x, UpstreamConnection connection) {
        ProxyProtocol version = connection.target().options().delivery().proxyProtocol();
        if (version != ProxyProtocol.NONE) {
            String client =
                    x.record.forwardedFor == null || !x.believed ? x.connection.peerAddress() : x.record.forwardedFor;
            int port = client.equals(x.connection.peerAddress()) ? x.connection.peerPort() : 0;
            connection.sendFirst(version, client, port);
        }
    }

    /** The whole request is on its way: the target's time to answer begins. */
    void requestSent(Exchange x) {
        if (x.phase == Exchange.Phase.AWAITING_HEAD && x.lease != null) {
            x.worker.deadline(x, x.lease.options().responseTimeout().toNanos());
        }
    }

    // -- fail

    /** Tries again where that is safe; else answers with an error page, or cuts a response that has begun. */
    void fail(Exchange x, ProxyError error) {
        if (x.done()) {
            return;
        }
        if (x.lease != null && Retry.countsAgainstTarget(x, error)) {
            x.lease.failed(error.detail());
        }
        Retry.Verdict verdict = Retry.verdict(x, error);
        if (verdict != Retry.Verdict.NOWHERE) {
            attempts.again(x, error, verdict);
            return;
        }
        x.record.reason = error.detail();
        if (error.status() == 502) {
            Events.error(
                    "Error while proxying",
                    "target",
                    x.record.target,
                    "path",
                    x.target.decodedPath(),
                    "error",
                    error.detail());
        }
        abandon(x);
        if (x.responding) {
            finish(x);
            x.client.abort();
        } else {
            x.responding = true;
            answers.error(x, error);
        }
    }

    /** Lets go of the gate, the target and what is held of the bodies. */
    void abandon(Exchange x) {
        Runnable waiter = x.waiter;
        if (waiter != null && x.service != null) {
            x.service.gate().forget(waiter);
            x.waiter = null;
        }
        x.body.discard();
        if (x.upstream != null) {
            x.upstream.close();
            x.upstream = null;
        }
        if (x.buffering != null) {
            x.buffering.release();
            x.buffering = null;
        }
    }

    // -- finish

    /** Once per exchange, before the last bytes of the response are flushed. */
    void finish(Exchange x) {
        if (!x.done()) {
            x.phase = Exchange.Phase.DONE;
            x.worker.remove(x);
            x.body.discard();
            if (x.buffering != null) {
                x.buffering.release();
            }
            finish.ended(x);
        }
    }
}
