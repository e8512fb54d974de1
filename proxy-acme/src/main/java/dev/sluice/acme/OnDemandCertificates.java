package dev.sluice.acme;

import dev.sluice.observe.Events;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateStatus;
import dev.sluice.tls.ClientHello;
import dev.sluice.tls.NameNotAllowed;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a service whose hosts nobody lists: a name that has a certificate is served without asking, for
 * another the operator's application is asked during the handshake, and only if it says 200 a certificate is ordered.
 * Nonsense names are refused, answers kept, and checks limited, so that clients who make names up reach neither the
 * application nor the authority often. For event loops and other threads.
 */
public final class OnDemandCertificates implements CertificateSource {
    /** How long a host stays allowed without being asked for again. */
    public static final Duration ALLOWED = Duration.ofHours(1);

    private static final int MAX_WAITING = 64;

    private final CertificateSource stored;
    private final HostCheck check;
    private final CertificateOrders orders;
    private final CheckAnswers answers;
    private final CheckLimits limits;
    private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();
    // Until the store shows them.
    private final Map<String, Certificate> fresh = new ConcurrentHashMap<>();

    /** The check and the order of one name, for which handshakes wait. */
    private static final class Attempt {
        final CompletableFuture<Certificate> certificate = new CompletableFuture<>();
        final AtomicInteger waiting = new AtomicInteger();
    }

    /**
     * @param stored the certificates that are there already; closed with this
     * @param allowed how long an answer of 200 counts
     */
    public OnDemandCertificates(CertificateSource stored, HostCheck check, CertificateOrders orders, Duration allowed) {
        this(stored, check, orders, allowed, System::nanoTime);
    }

    OnDemandCertificates(
            CertificateSource stored,
            HostCheck check,
            CertificateOrders orders,
            Duration allowed,
            LongSupplier nanoClock) {
        this.stored = stored;
        this.check = check;
        this.orders = orders;
        this.answers = new CheckAnswers(allowed, nanoClock);
        this.limits = new CheckLimits(nanoClock);
    }

    @Override
    public @Nullable Certificate find(String serverName) {
        return find(serverName, ClientHello.of(serverName));
    }

    @Override
    public @Nullable Certificate find(String serverName, ClientHello hello) {
        Certificate certificate = stored.find(serverName, hello);
        if (fresh.isEmpty()) {
            return certificate;
        }
        if (certificate != null) {
            fresh.remove(serverName);
            return certificate;
        }
        return fresh.get(serverName);
    }

    @Override
    public CompletionStage<Certificate> obtain(String host, ClientHello hello) {
        if (!OnDemandNames.acceptable(host)) {
            return refused("not the name of a public host");
        }
        Attempt running = attempts.get(host);
        if (running != null) {
            return join(running);
        }
        CheckLimits.Ticket ticket = null;
        switch (answers.of(host)) {
            case DENIED -> {
                return refused("denied by the on-demand check less than a minute ago");
            }
            case FAILED -> {
                return refused("the on-demand check failed a moment ago");
            }
            case ALLOWED -> {}
            case UNKNOWN -> {
                ticket = CheckLimits.Ticket.of(host, hello.client());
                if (!limits.enter(ticket)) {
                    return refused("too many on-demand checks");
                }
            }
        }
        return begin(host, ticket);
    }

    private CompletionStage<Certificate> begin(String host, CheckLimits.@Nullable Ticket ticket) {
        Attempt mine = new Attempt();
        Attempt other = attempts.putIfAbsent(host, mine);
        if (other != null) {
            if (ticket != null) {
                limits.leave(ticket);
            }
            return join(other);
        }
        CompletionStage<Void> allowed = ticket == null ? CompletableFuture.completedFuture(null) : ask(host, ticket);
        allowed.thenCompose(_ -> orders.order(host)).whenComplete((certificate, failure) -> {
            if (certificate != null) {
                fresh.put(host, certificate);
            }
            attempts.remove(host);
            if (failure == null) {
                mine.certificate.complete(certificate);
            } else {
                mine.certificate.completeExceptionally(unwrapped(failure));
            }
        });
        return join(mine);
    }

    private static CompletionStage<Certificate> join(Attempt attempt) {
        return attempt.waiting.incrementAndGet() > MAX_WAITING
                ? refused("too many handshakes wait for this name")
                : attempt.certificate;
    }

    /** Ends well when the host may have a certificate, else with {@link NameNotAllowed}. */
    private CompletionStage<Void> ask(String host, CheckLimits.Ticket ticket) {
        return check.check(host).handle((verdict, failure) -> {
            limits.leave(ticket);
            if (failure != null) {
                answers.keep(host, CheckAnswers.Answer.FAILED);
                String error = unwrapped(failure).toString();
                Events.warn("TLS on-demand check failed", "host", host, "error", error);
                throw new CompletionException(new NameNotAllowed("the on-demand check failed: " + error));
            }
            answers.keep(host, verdict.allows() ? CheckAnswers.Answer.ALLOWED : CheckAnswers.Answer.DENIED);
            if (!verdict.allows()) {
                Events.warn(
                        "TLS on-demand check denied host",
                        "host",
                        host,
                        "status",
                        verdict.status(),
                        "body",
                        verdict.body());
                throw new CompletionException(new NameNotAllowed(host + " is not allowed to get a certificate (status: "
                        + verdict.status() + ", body: \"" + verdict.body() + "\")"));
            }
            return null;
        });
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static CompletionStage<Certificate> refused(String why) {
        return CompletableFuture.failedFuture(new NameNotAllowed(why));
    }

    @Override
    public Collection<Certificate> served() {
        return stored.served();
    }

    @Override
    public List<CertificateStatus> statuses() {
        return stored.statuses();
    }

    @Override
    public void awaitOrders() throws InterruptedException {
        stored.awaitOrders();
    }

    @Override
    public @Nullable String fault() {
        return stored.fault();
    }

    @Override
    public void close() {
        stored.close();
    }
}
