package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DrainTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final RecordingTraffic traffic = new RecordingTraffic();
    private final Drain drain = new Drain(traffic);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final LoadBalancer balancer;
    private final Target one;
    private final Target two;

    DrainTest() throws ControlFailure {
        balancer = LoadBalancer.create(List.of("one", "two"), List.of(), OptionsFor.TARGETS, new ScriptedProbe());
        one = balancer.targets().get(0);
        two = balancer.targets().get(1);
    }

    @BeforeEach
    void makeHealthy() {
        balancer.assumeHealthy();
    }

    @AfterEach
    void end() {
        threads.close();
    }

    private Future<?> retire(Duration timeout) {
        balancer.retire();
        return threads.submit(() -> {
            drain.retired(balancer, timeout);
            return null;
        });
    }

    @Test
    void nothingInFlightIsNotWaitedForAndIdleConnectionsAreClosedLast() throws Exception {
        retire(LONG).get();
        assertThat(traffic.calls).containsExactly("tunnels one", "tunnels two", "idle one", "idle two");
    }

    @Test
    void requestsInFlightAreWaitedForAndNoneIsCancelled() throws Exception {
        one.claim();
        two.claim();
        Future<?> draining = retire(LONG);
        await().until(() -> traffic.calls.contains("tunnels two"));
        one.release();
        assertThat(draining.isDone()).isFalse();
        two.release();
        draining.get();
        assertThat(traffic.calls).noneMatch(c -> c.startsWith("cancel"));
    }

    @Test
    void whatIsLeftWhenTheTimeRunsOutIsCancelledAndNothingElse() throws Exception {
        two.claim();
        retire(Duration.ofMillis(30)).get();
        assertThat(traffic.calls).containsExactly("tunnels one", "tunnels two", "cancel two", "idle one", "idle two");
    }

    @Test
    void noTimeAtAllCancelsAtOnce() throws Exception {
        one.claim();
        retire(Duration.ZERO).get();
        assertThat(traffic.calls).contains("cancel one").doesNotContain("cancel two");
    }

    @Test
    void allTargetsShareTheTime() throws Exception {
        one.claim();
        two.claim();
        long begun = System.nanoTime();
        retire(Duration.ofSeconds(1)).get();
        assertThat(System.nanoTime() - begun).isBetween(1_000_000_000L, 1_900_000_000L);
        assertThat(traffic.calls).contains("cancel one", "cancel two");
    }

    @Test
    void aGateThatIsOpenedAgainCallsTheDrainOffAndNothingIsCancelled() throws Exception {
        PauseGate gate = new PauseGate(new PauseGate.Paused(LONG));
        one.claim();
        Future<?> draining = threads.submit(() -> {
            drain.gated(List.of(one, two), LONG, gate);
            return null;
        });
        await().until(() -> traffic.calls.contains("tunnels two"));
        gate.change(PauseGate.RUNNING);
        draining.get();
        assertThat(traffic.calls).containsExactly("tunnels one", "tunnels two");
        assertThat(one.retired()).isFalse();
    }

    @Test
    void targetsBehindAClosedGateAreDrainedButNotRetired() throws Exception {
        PauseGate gate = new PauseGate(new PauseGate.Stopped(""));
        one.claim();
        drain.gated(List.of(one, two), Duration.ofMillis(20), gate);
        assertThat(traffic.calls).containsExactly("tunnels one", "tunnels two", "cancel one");
        assertThat(one.claim()).isTrue();
    }
}
