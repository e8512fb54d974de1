package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PersistentProofTest {
    private static final String RECORD = "_validation-persist.app.sluice.test.";

    @TempDir
    private Path cache;

    private FakeAuthority authority;
    private FakeNameServer names;
    private FileStore store;
    private AcmeIssuance issuance;
    private final AtomicInteger placed = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        authority = new FakeAuthority();
        authority.persistent = "authority.test";
        names = new FakeNameServer("sluice.test.", "hmac-sha256:sluice:c2VjcmV0");
        store = new FileStore(cache.toString(), authority.directory());
        issuance = new AcmeIssuance(
                new AcmeOptions(
                        List.of(authority.directory()),
                        "",
                        "",
                        "",
                        "",
                        "",
                        Duration.ZERO,
                        new DnsOptions("", "", "", names.address(), true)),
                new PendingChallenges());
    }

    @AfterEach
    void close() {
        authority.close();
        names.close();
    }

    private void obtain(ChallengeKind kind, String... hosts) throws Exception {
        issuance.obtain(new Issuance.Request(
                Issuer.of(authority.directory()),
                store,
                new NameSet(List.of(hosts)),
                kind,
                null,
                placed::incrementAndGet));
    }

    private String account() throws Exception {
        return new String(Objects.requireNonNull(store.load("acme_account+url")), StandardCharsets.UTF_8);
    }

    @Test
    void aWildcardIsToldWhichRecordItNeedsWithoutAnOrderAndGetsItsCertificateWhenThatIsThere() throws Exception {
        OrderFailed failed = catchThrowableOfType(
                OrderFailed.class, () -> obtain(ChallengeKind.DNS_PERSIST_01, "*.app.sluice.test"));
        String text = "authority.test; accounturi=" + account() + "; policy=wildcard";
        assertThat(failed).hasMessageContaining("TXT record " + RECORD + " with the text \"" + text + "\"");
        assertThat(placed).hasValue(0);

        names.text(RECORD, text);
        obtain(ChallengeKind.DNS_PERSIST_01, "*.app.sluice.test");
        assertThat(authority.answered).containsExactly("dns-persist-01");
        assertThat(names.texts(RECORD)).as("left there").containsExactly(text);
    }

    @Test
    void whereOnlyTheChallengeNamesTheIssuerTheRecordIsToldOfAllTheSame() {
        authority.persistentInDirectory = false;
        OrderFailed failed =
                catchThrowableOfType(OrderFailed.class, () -> obtain(ChallengeKind.DNS_PERSIST_01, "app.sluice.test"));
        assertThat(failed).hasMessageContaining(RECORD).hasMessageContaining("authority.test; accounturi=");
    }

    @Test
    void aRecordThatIsThereIsPreferredToOtherWays() throws Exception {
        obtain(ChallengeKind.HTTP_01, "app.sluice.test");
        names.text(RECORD, "authority.test;accounturi=" + account());
        obtain(ChallengeKind.HTTP_01, "app.sluice.test");
        assertThat(authority.answered).containsExactly("http-01", "dns-persist-01");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ca.test; accounturi=https://ca.test/1 | true | false",
                "CA.test ;AccountURI=https://ca.test/1; policy=Wildcard | true | true",
                "ca.test; accounturi=https://ca.test/1; persistUntil=1000 | false | false",
                "ca.test; accounturi=https://ca.test/1; persistUntil=3000 | true | false",
                "ca.test; accounturi=https://ca.test/1; persistUntil=soon | false | false",
                "other.test; accounturi=https://ca.test/1 | false | false",
                "ca.test; accounturi=https://ca.test/2; policy=wildcard | false | false",
                "ca.test; accounturi=https://ca.test/1; what=ever | true | false",
                "ca.test | false | false",
                "; | false | false",
            })
    void aRecordIsReadAsTheAuthorityReadsIt(String text, boolean proves, boolean provesWildcard) {
        assertThat(proved(text, false)).isEqualTo(proves);
        assertThat(proved(text, true)).isEqualTo(provesWildcard);
    }

    private static boolean proved(String text, boolean wildcard) {
        return new PersistentRecord("app.test", List.of("ca.test"), List.of("https://ca.test/1"), wildcard)
                .provedBy(text, Instant.ofEpochSecond(2000));
    }
}
