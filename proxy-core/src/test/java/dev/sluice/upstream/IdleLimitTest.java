package dev.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdleLimitTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "timeout=5 | 4000",
                "timeout=5, max=100 | 4000",
                "max=100, timeout=20 | 19000",
                "Timeout = 3 | 2000",
                "timeout=2 | 1000",
                "timeout=1 | 500",
                "timeout=0 | 0",
                "timeout=5, max=0 | 0",
                "timeout=600 | 60000",
                "timeout=99999999999999999999 | 60000",
                "timeout=soon | 60000",
                "timeout=-1 | 60000",
                "timeout | 60000",
                "'' | 60000",
                "=, ,timeout=8,= | 7000"
            })
    void aConnectionIsGivenUpBeforeItsTargetDoesThat(String field, long millis) {
        DefaultHttpHeaders headers = new DefaultHttpHeaders();
        headers.set("Keep-Alive", field);
        assertThat(Duration.ofNanos(IdleLimit.of(headers)).toMillis()).isEqualTo(millis);
    }
}
