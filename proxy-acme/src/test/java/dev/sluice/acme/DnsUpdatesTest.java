package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DnsUpdatesTest {
    private static final String KEY = "hmac-sha256:sluice:c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0";
    private static final String NAME = "_acme-challenge.app.sluice.test.";

    private FakeNameServer server;

    @BeforeEach
    void start() throws Exception {
        server = new FakeNameServer("sluice.test.", KEY);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private DnsOptions options(String key) {
        return new DnsOptions("", server.address(), key, server.address());
    }

    @Test
    void aSignedUpdateMakesTheRecordInItsZoneAndAnotherRemovesIt() throws Exception {
        DnsUpdates updates = new DnsUpdates(options(KEY));
        updates.present(NAME, "one");
        updates.present(NAME, "two");
        assertThat(server.texts(NAME)).containsExactlyInAnyOrder("one", "two");
        new DnsLookup(server.address()).awaitText(NAME, "two");
        updates.remove(NAME, "one");
        assertThat(server.texts(NAME)).containsExactly("two");
    }

    @Test
    void anUpdateWithAnotherKeyIsRefusedAndSaidToBe() {
        DnsUpdates updates = new DnsUpdates(options("hmac-sha256:sluice:b3RoZXItb3RoZXItb3RoZXItb3RoZXI="));
        assertThatThrownBy(() -> updates.present(NAME, "one"))
                .isInstanceOf(OrderFailed.class)
                .hasMessageContaining(server.address());
        assertThat(server.texts(NAME)).isEmpty();
    }

    @Test
    void anAliasIsFollowedToWhereTheRecordBelongs() throws Exception {
        server.alias("_acme-challenge.www.sluice.test.", NAME);
        Dns01 dns = new Dns01(options(KEY));
        Proofs.Proof proof = dns.publish("_acme-challenge.www.sluice.test.", "value");
        proof.await();
        assertThat(server.texts(NAME)).isEqualTo(List.of("value"));
        proof.withdraw();
        assertThat(server.texts(NAME)).isEmpty();
    }
}
