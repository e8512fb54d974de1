package dev.sluice.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitHitsTest {
    private final List<String> told = new ArrayList<>();
    private final LimitHits hits =
            new LimitHits((limit, client, count) -> told.add(limit.label() + " " + client + " " + count));

    @Test
    void everyHitCountsAndOneOfAMinuteIsTold() {
        for (int i = 0; i < 1000; i++) {
            hits.hit(Limit.HEAD_TIME, "192.0.2." + i % 250);
        }
        hits.hit(Limit.CONNECTIONS, "2001:db8::1");
        assertThat(hits.count(Limit.HEAD_TIME)).isEqualTo(1000);
        assertThat(hits.count(Limit.CONNECTIONS)).isEqualTo(1);
        assertThat(hits.count(Limit.STREAMS)).isZero();
        assertThat(told).containsExactly("head_time 192.0.2.0 1", "connections 2001:db8::1 1");
    }

    @Test
    void labelsAreDistinct() {
        assertThat(List.of(Limit.values())).extracting(Limit::label).doesNotHaveDuplicates();
    }
}
