package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Issues certificates without any protocol, by a clock that tests move; fails and dies when it is told to. */
final class ScriptedAuthority implements Issuance {
    /** Stands for the death of the process. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1L;
    }

    final List<Instant> orders = new ArrayList<>();
    final List<String> directories = new ArrayList<>();
    final List<ChallengeKind> kinds = new ArrayList<>();
    private final InstantSource clock;
    Duration life = Duration.ofDays(90);
    Predicate<Request> fails = _ -> false;
    boolean deadly;

    @Nullable
    Instant retryAfter;

    @Nullable
    Advice advice;

    int advised;

    ScriptedAuthority(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Certificate obtain(Request request) throws OrderFailed {
        request.placing().placing();
        orders.add(clock.instant());
        directories.add(request.issuer().directory());
        kinds.add(request.kind());
        if (deadly) {
            throw new Death();
        }
        if (fails.test(request)) {
            throw new OrderFailed("not today", retryAfter == null, retryAfter);
        }
        return certificate(request.names().names(), clock.instant(), life);
    }

    static Certificate certificate(List<String> names, Instant from, Duration life) {
        try {
            CertificateBuilder builder = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=" + names.getFirst())
                    .setIsCertificateAuthority(true)
                    .notBefore(from)
                    .notAfter(from.plus(life));
            for (String name : names) {
                if (PublicNames.address(name) == null) {
                    builder.addSanDnsName(name);
                } else {
                    builder.addSanIpAddress(name);
                }
            }
            X509Bundle bundle = builder.buildSelfSigned();
            return new Certificate(
                    List.of(bundle.getCertificatePath()), bundle.getKeyPair().getPrivate());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Advice advice(Issuer issuer, CertificateStore accounts, Certificate certificate) {
        advised++;
        return advice == null ? new Advice(null, null, clock.instant().plus(Duration.ofDays(1))) : advice;
    }
}
