package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriterAffinityTest {
    private static final long NOW = 1_700_000_000_000L;

    private static boolean active(String cookie) {
        return WriterAffinity.active(new DefaultHttpHeaders().add("Cookie", cookie), NOW);
    }

    @Test
    void theCookieHoldsItsEndAndExpiresASecondLater() {
        assertThat(WriterAffinity.cookie(NOW, Duration.ofSeconds(20)))
                .isEqualTo("kamal-writer=1700000020000; Path=/; Expires=Tue, 14 Nov 2023 22:13:41 GMT; HttpOnly");
    }

    @Test
    void readsFollowUntilItsEnd() {
        assertThat(active("a=b; kamal-writer=" + (NOW + 1))).isTrue();
        assertThat(active("kamal-writer=" + NOW)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1e99", "1700000020000x", "99999999999999999999999999"})
    void anUnreadableValueCountsAsNone(String value) {
        assertThat(active("kamal-writer=" + value)).isFalse();
    }

    @Test
    void withoutTheCookieReadsAreFree() {
        assertThat(WriterAffinity.active(new DefaultHttpHeaders(), NOW)).isFalse();
    }
}
