package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateUnusable;
import dev.sluice.tls.PemFiles;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.OrderBuilder;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.RenewalInfo;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeProtocolException;

/** Orders certificates by ACME (RFC 8555), one order as straight blocking code. The keys are ECDSA on P-256. */
final class AcmeIssuance implements Issuance {
    private static final Duration VALIDATION_TIME = Duration.ofMinutes(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    // RFC 9773 4.3.
    private static final Duration ADVICE_EVERY = Duration.ofHours(6);
    private static final Duration ADVICE_SOONEST = Duration.ofMinutes(1);
    private static final Duration ADVICE_LATEST = Duration.ofDays(1);
    private static final Duration NO_ADVICE = Duration.ofDays(1);

    // Held, for the JDK forgets loggers. Nonces that have become stale are no news.
    private static final Logger LIBRARY = Logger.getLogger("org.shredzone.acme4j");

    static {
        LIBRARY.setLevel(Level.WARNING);
    }

    private final AcmeOptions options;
    private final Accounts accounts;
    private final Proofs proofs;
    private final PersistentProof persistent;

    AcmeIssuance(AcmeOptions options, PendingChallenges challenges) {
        this.options = options;
        this.accounts = new Accounts(options);
        this.proofs = new Proofs(challenges, options.dns());
        this.persistent = new PersistentProof(options.dns());
    }

    @Override
    public Certificate obtain(Request request) throws OrderFailed, InterruptedException {
        boolean[] placed = new boolean[1];
        Placing once = () -> {
            if (!placed[0]) {
                request.placing().placing();
                placed[0] = true;
            }
        };
        try {
            try {
                return obtain(request, once);
            } catch (AcmeException | AcmeLazyLoadingException e) {
                if (!AcmeProblems.is(e, "accountDoesNotExist")) {
                    throw e;
                }
                accounts.forget(request.issuer(), request.accounts());
                return obtain(request, once);
            }
        } catch (AcmeException | AcmeLazyLoadingException | AcmeProtocolException | IllegalArgumentException e) {
            throw AcmeProblems.failure(e, request.issuer());
        } catch (GeneralSecurityException | CertificateUnusable e) {
            throw OrderFailed.because("the certificate that came is unusable: " + e.getMessage());
        }
    }

    private Certificate obtain(Request request, Placing placing)
            throws AcmeException, OrderFailed, InterruptedException, GeneralSecurityException, CertificateUnusable {
        Login login = accounts.login(request.issuer(), request.accounts());
        if (request.kind() == ChallengeKind.DNS_PERSIST_01) {
            persistent.require(request.names(), login);
        }
        Order order = place(request, login, placing);
        prove(request, order, login);
        await(order, Set.of(Status.READY, Status.VALID, Status.INVALID));
        requireGood(order, request);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair key = generator.generateKeyPair();
        order.execute(key);
        await(order, Set.of(Status.VALID, Status.INVALID));
        requireGood(order, request);
        List<X509Certificate> chain = order.getCertificate().getCertificateChain();
        Certificate certificate = new Certificate(chain, key.getPrivate());
        // Once more as any stored one is read: what would not be served after a restart is refused now.
        String text = new String(CertificateText.of(certificate), StandardCharsets.US_ASCII);
        return PemFiles.parse(text, "the certificate for " + request.names());
    }

    private Order place(Request request, Login login, Placing placing) throws AcmeException, OrderFailed {
        Session session = login.getSession();
        Certificate replaced = request.replaced();
        placing.placing();
        if (replaced != null
                && session.resourceUrlOptional(Resource.RENEWAL_INFO).isPresent()) {
            try {
                return order(request, login)
                        .replaces(replaced.chain().getFirst())
                        .create();
            } catch (AcmeProtocolException e) {
                // A certificate that has no name by which it could be spoken of (RFC 9773 4.1).
                return order(request, login).create();
            } catch (AcmeException e) {
                // Said of one that was replaced already.
                if (!AcmeProblems.is(e, "alreadyReplaced") && !AcmeProblems.is(e, "malformed")) {
                    throw e;
                }
            }
        }
        return order(request, login).create();
    }

    private OrderBuilder order(Request request, Login login) throws AcmeException {
        OrderBuilder order = login.newOrder();
        for (String name : request.names().names()) {
            order.identifier(PublicNames.address(name) == null ? Identifier.dns(name) : Identifier.ip(name));
        }
        if (!options.profile().isEmpty() && login.getSession().getMetadata().isProfileAllowed(options.profile())) {
            order.profile(options.profile());
        }
        return order;
    }

    private void prove(Request request, Order order, Login login)
            throws AcmeException, OrderFailed, InterruptedException, GeneralSecurityException {
        List<Proofs.Proof> published = new ArrayList<>();
        try {
            List<Authorization> open = new ArrayList<>();
            List<Challenge> challenges = new ArrayList<>();
            for (Authorization authorization : order.getAuthorizations()) {
                if (authorization.getStatus() != Status.VALID) {
                    Challenge challenge = choose(authorization, request, login);
                    published.add(proofs.publish(authorization.getIdentifier(), challenge));
                    open.add(authorization);
                    challenges.add(challenge);
                }
            }
            for (Proofs.Proof proof : published) {
                proof.await();
            }
            for (Challenge challenge : challenges) {
                challenge.trigger();
            }
            for (int i = 0; i < open.size(); i++) {
                if (await(open.get(i), Set.of(Status.VALID, Status.INVALID)) == Status.INVALID) {
                    throw AcmeProblems.validation(
                            open.get(i), ChallengeKind.of(challenges.get(i).getType()));
                }
            }
        } finally {
            published.forEach(Proofs.Proof::withdraw);
        }
    }

    // A record that is there already is as good as any other proof, and needs nothing of this server.
    private Challenge choose(Authorization authorization, Request request, Login login) throws OrderFailed {
        Challenge answered = persistent.answered(authorization, login);
        if (answered != null) {
            return answered;
        }
        Optional<Challenge> offered = authorization.findChallenge(request.kind().type());
        if (offered.isEmpty()) {
            throw new OrderFailed(
                    "the authority does not offer " + request.kind().type() + " for "
                            + authorization.getIdentifier().getValue(),
                    true,
                    null);
        }
        if (request.kind() == ChallengeKind.DNS_PERSIST_01) {
            throw new OrderFailed(
                    persistent.wanted(authorization, offered.get(), login).wish(), true, null);
        }
        return offered.get();
    }

    private static void requireGood(Order order, Request request) throws OrderFailed {
        if (order.getStatus() == Status.INVALID) {
            throw order.getError()
                    .map(problem -> AcmeProblems.failure(problem, request.issuer()))
                    .orElseGet(() -> OrderFailed.because("the authority has ended the order without a reason"));
        }
    }

    private static Status await(PollableResource resource, Set<Status> ends)
            throws AcmeException, OrderFailed, InterruptedException {
        long end = System.nanoTime() + VALIDATION_TIME.toNanos();
        Duration pause = SHORTEST_PAUSE;
        Status status = resource.getStatus();
        while (!ends.contains(status)) {
            if (System.nanoTime() > end) {
                throw OrderFailed.because(
                        "the authority did not decide within " + VALIDATION_TIME.toMinutes() + " minutes");
            }
            Thread.sleep(pause);
            Optional<Instant> wish = resource.fetch();
            status = resource.getStatus();
            Duration next =
                    wish.map(when -> Duration.between(Instant.now(), when)).orElse(pause.multipliedBy(2));
            pause = between(SHORTEST_PAUSE, next, LONGEST_PAUSE);
        }
        return status;
    }

    private static Duration between(Duration least, Duration value, Duration most) {
        return value.compareTo(least) < 0 ? least : value.compareTo(most) > 0 ? most : value;
    }

    @Override
    public Advice advice(Issuer issuer, CertificateStore store, Certificate certificate) throws OrderFailed {
        try {
            Login login = accounts.login(issuer, store);
            if (login.getSession().resourceUrlOptional(Resource.RENEWAL_INFO).isEmpty()) {
                return new Advice(null, null, Instant.now().plus(NO_ADVICE));
            }
            RenewalInfo info = login.bindRenewalInfo(certificate.chain().getFirst());
            Duration wait = info.fetch()
                    .map(when -> between(ADVICE_SOONEST, Duration.between(Instant.now(), when), ADVICE_LATEST))
                    .orElse(ADVICE_EVERY);
            return new Advice(
                    info.getSuggestedWindowStart(),
                    info.getSuggestedWindowEnd(),
                    Instant.now().plus(wait));
        } catch (AcmeException | AcmeLazyLoadingException | AcmeProtocolException e) {
            throw AcmeProblems.failure(e, issuer);
        } catch (IllegalArgumentException e) {
            // A certificate without the authority's key identifier, so none of its own.
            return new Advice(null, null, Instant.now().plus(NO_ADVICE));
        } catch (GeneralSecurityException e) {
            throw OrderFailed.because("the account's key cannot be used: " + e.getMessage());
        }
    }
}
