package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderQueueTest {
    private static final String DIRECTORY = "https://127.0.0.1:1/directory";
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path cache;

    private final MovableClock clock = new MovableClock();
    private final ScriptedAuthority authority = new ScriptedAuthority(clock);
    private List<Issuer> issuers = List.of(new Issuer(DIRECTORY, null));

    // What a start of the daemon makes anew; everything runs at once, on this thread.
    private OrderQueue start() {
        Attempt attempt = new Attempt(
                authority,
                (_, issuer) -> new FileStore(cache.toString(), issuer.storeKey()),
                DnsOptions.NONE,
                clock,
                new Random(7));
        return new OrderQueue(() -> attempt, clock, new Random(7), Runnable::run);
    }

    private ManagedCertificate want(OrderQueue queue, String... names) {
        ManagedCertificate managed =
                queue.join(new NameSet(List.of(names)), new FileStore(cache.toString(), DIRECTORY), issuers);
        managed.want();
        return managed;
    }

    private void run(OrderQueue queue, Duration time) {
        Instant end = clock.instant().plus(time);
        while (clock.instant().isBefore(end)) {
            queue.turn();
            // What has just been done is due again at another time.
            Instant next = queue.turn();
            Instant step = clock.instant().plusSeconds(30);
            next = next.isBefore(step) ? step : next;
            clock.set(next.isBefore(end) ? next : end);
        }
    }

    @ParameterizedTest
    @CsvSource({"6,0", "45,0", "90,0", "6,3", "45,3", "90,3"})
    void aYearOfRenewalsHasNoGapAlsoWhenMostOrdersFail(int days, int failing) {
        authority.life = Duration.ofDays(days);
        // Of four orders three fail.
        authority.fails = _ -> authority.orders.size() % 4 < failing && authority.orders.size() > 1;
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");
        queue.turn();
        Instant end = clock.instant().plus(Duration.ofDays(365));

        while (clock.instant().isBefore(end)) {
            run(queue, Duration.ofHours(1));
            Certificate serving = Objects.requireNonNull(managed.current());
            assertThat(serving.notAfter()).isAfter(clock.instant());
        }

        if (failing == 0) {
            assertThat(authority.orders.size()).isBetween(365 / days, 365 * 3 / days / 2 + 3);
        }
    }

    @Test
    void twentyRestartsInAMinuteWithAValidCertificateOrderNothing() {
        OrderQueue first = start();
        want(first, "app.sluice.test");
        first.turn();
        assertThat(authority.orders).hasSize(1);

        for (int i = 0; i < 20; i++) {
            OrderQueue again = start();
            ManagedCertificate managed = want(again, "app.sluice.test");
            again.turn();
            clock.move(Duration.ofSeconds(3));
            assertThat(managed.current()).isNotNull();
        }

        assertThat(authority.orders).hasSize(1);
        assertThat(authority.advised).isZero();
    }

    @Test
    void aCrashLoopMakesNoMoreThanTwoOrdersInAnHour() {
        authority.deadly = true;
        Instant begin = clock.instant();
        while (clock.instant().isBefore(begin.plus(Duration.ofHours(6)))) {
            OrderQueue queue = start();
            want(queue, "app.sluice.test");
            try {
                queue.turn();
            } catch (ScriptedAuthority.Death e) {
                assertThat(e).isNotNull();
            }
            clock.move(Duration.ofSeconds(20));
        }

        assertThat(authority.orders).hasSizeGreaterThan(2);
        for (Instant order : authority.orders) {
            assertThat(authority.orders.stream()
                            .filter(o -> !o.isBefore(order) && o.isBefore(order.plus(Duration.ofHours(1))))
                            .count())
                    .isLessThanOrEqualTo(2);
        }
    }

    @Test
    void theAuthoritysRetryAfterIsHonouredAlsoAfterARestart() {
        authority.fails = _ -> true;
        authority.retryAfter = clock.instant().plus(Duration.ofHours(30));
        OrderQueue queue = start();
        want(queue, "app.sluice.test");
        run(queue, Duration.ofHours(20));
        assertThat(authority.orders).hasSize(1);

        OrderQueue again = start();
        ManagedCertificate managed = want(again, "app.sluice.test");
        run(again, Duration.ofHours(9));
        assertThat(authority.orders).hasSize(1);
        // Nor does a deploy jump the queue.
        managed.record().hurry();
        again.turn();
        assertThat(authority.orders).hasSize(1);

        authority.fails = _ -> false;
        run(again, Duration.ofHours(8));
        assertThat(managed.current()).isNotNull();
    }

    @Test
    void attemptsBecomeRarerAndGoOnForever() {
        authority.fails = _ -> true;
        OrderQueue queue = start();
        want(queue, "app.sluice.test");

        run(queue, DAY);
        int firstDay = authority.orders.size();
        run(queue, Duration.ofDays(60));
        int before = authority.orders.size();
        run(queue, Duration.ofDays(10));

        assertThat(firstDay).isBetween(8, 48);
        assertThat(authority.orders.size() - before).isBetween(10, 24);
    }

    @Test
    void afterAFailureTheStagingEnvironmentIsAskedFirst() {
        issuers = List.of(new Issuer(DIRECTORY, "https://127.0.0.1:1/staging"));
        authority.fails = _ -> true;
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");
        queue.turn();
        assertThat(authority.directories).containsOnly(DIRECTORY);

        run(queue, Duration.ofMinutes(70));
        assertThat(authority.directories.stream().filter(DIRECTORY::equals)).hasSize(2);
        assertThat(authority.directories).last().asString().endsWith("staging");

        authority.fails = _ -> false;
        run(queue, Duration.ofHours(3));
        assertThat(authority.directories.subList(authority.directories.size() - 2, authority.directories.size()))
                .containsExactly("https://127.0.0.1:1/staging", DIRECTORY);
        assertThat(managed.current()).isNotNull();
    }

    @Test
    void theNextAuthorityOfTheListIsAskedWhenOneFails() {
        String second = "https://127.0.0.1:2/directory";
        issuers = List.of(new Issuer(DIRECTORY, null), new Issuer(second, null));
        authority.fails = request -> request.issuer().directory().equals(DIRECTORY);
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");

        queue.turn();

        assertThat(managed.current()).isNotNull();
        assertThat(managed.record().issuer()).isEqualTo(second);
    }

    @Test
    void aCertificateOfAnAuthorityThatIsNoLongerListedIsReplacedAndServedUntilThen() {
        OrderQueue queue = start();
        want(queue, "app.sluice.test");
        queue.turn();
        String other = "https://127.0.0.1:3/directory";
        issuers = List.of(new Issuer(other, null));

        OrderQueue again = start();
        ManagedCertificate managed = want(again, "app.sluice.test");
        assertThat(managed.current()).isNotNull();
        again.turn();
        again.turn();

        assertThat(authority.directories).containsExactly(DIRECTORY, other);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7", "2001:db8::1"})
    void theCertificateOfAnAddressIsSeenToBeWhole(String address) {
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, address);
        run(queue, DAY);
        assertThat(managed.current()).isNotNull();
        assertThat(authority.orders).hasSize(1);
    }

    @Test
    void whenOneKindOfChallengeFailsTheOtherIsTriedAndRemembered() {
        authority.fails = request -> request.kind() == ChallengeKind.HTTP_01;
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");
        queue.turn();
        assertThat(managed.current()).isNotNull();
        run(queue, Duration.ofDays(70));
        assertThat(authority.kinds)
                .startsWith(ChallengeKind.HTTP_01, ChallengeKind.TLS_ALPN_01, ChallengeKind.TLS_ALPN_01);
    }

    @Test
    void theMomentInTheAuthoritysWindowIsKeptAcrossRestartsAndHeeded() {
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");
        queue.turn();
        Instant start = clock.instant().plus(Duration.ofDays(10));
        authority.advice = new Issuance.Advice(
                start, start.plus(Duration.ofDays(2)), clock.instant().plus(Duration.ofDays(80)));
        run(queue, DAY);
        Instant moment = managed.due();
        assertThat(moment).isBetween(start, start.plus(Duration.ofDays(2)));

        ManagedCertificate again = want(start(), "app.sluice.test");
        assertThat(again.due()).isEqualTo(moment);

        run(queue, Duration.between(clock.instant(), moment.plusSeconds(60)));
        assertThat(authority.orders).hasSize(2);
        assertThat(authority.orders.getLast()).isBetween(moment, moment.plusSeconds(60));
    }

    @Test
    void adviceToRenewAfterTheEndIsOverridden() {
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");
        queue.turn();
        Instant late = clock.instant().plus(Duration.ofDays(200));
        authority.advice =
                new Issuance.Advice(late, late.plus(DAY), clock.instant().plus(Duration.ofDays(300)));
        run(queue, DAY);
        assertThat(managed.due())
                .isBefore(Objects.requireNonNull(managed.current()).notAfter());
    }

    @Test
    void theOldCertificateIsServedBeyondItsEndAndSaysSo() {
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");
        queue.turn();
        Certificate old = managed.current();
        authority.fails = _ -> true;

        run(queue, Duration.ofDays(100));

        assertThat(managed.current()).isSameAs(old);
        CertificateStatus status = managed.statuses(clock.instant()).getFirst();
        assertThat(status.state()).isEqualTo(CertificateStatus.State.EXPIRED);
        assertThat(status.error()).isNotEmpty();
        assertThat(status.failures()).isPositive();
        assertThat(want(start(), "app.sluice.test").current()).isNotNull();
    }

    @Test
    void namesThatNoPublicAuthorityCertifiesAreNotAskedFor() {
        issuers = List.of(Issuer.of(Issuer.LETS_ENCRYPT));
        OrderQueue queue = start();
        ManagedCertificate managed = want(queue, "app.sluice.test");
        run(queue, DAY);
        assertThat(authority.orders).isEmpty();
        assertThat(managed.statuses(clock.instant()).getFirst().error()).contains("under .test");
    }

    @Test
    void aStoreThatCannotBeWrittenToOrdersNothing() throws Exception {
        java.nio.file.Files.writeString(cache.resolve("file"), "");
        OrderQueue queue = start();
        ManagedCertificate managed = queue.join(
                NameSet.of("app.sluice.test"),
                new FileStore(cache.resolve("file").toString(), DIRECTORY),
                issuers);
        managed.want();
        queue.turn();
        assertThat(authority.orders).isEmpty();
        assertThat(managed.problem()).contains("nothing was ordered");
    }
}
