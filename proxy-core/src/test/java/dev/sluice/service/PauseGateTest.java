package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PauseGateTest {
    private static final PauseGate.Paused PAUSED = new PauseGate.Paused(Duration.ofSeconds(30));

    @Test
    void isOpenAtFirstAndHoldsNobody() {
        PauseGate gate = new PauseGate();
        assertThat(gate.running()).isTrue();
        assertThat(gate.hold(() -> {})).isFalse();
        assertThat(gate.waiting()).isZero();
    }

    @Test
    void openingLetsEveryWaiterGoOnce() {
        PauseGate gate = new PauseGate(PAUSED);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Request request = new Request();
            requests.add(request);
            assertThat(gate.hold(request)).isTrue();
        }
        assertThat(requests).allMatch(r -> r.runs.get() == 0);
        gate.change(PauseGate.RUNNING);
        gate.change(PAUSED);
        gate.change(PauseGate.RUNNING);
        assertThat(requests).allMatch(r -> r.runs.get() == 1);
    }

    @Test
    void stoppingLetsWaitersGoToo() {
        PauseGate gate = new PauseGate(PAUSED);
        AtomicInteger runs = new AtomicInteger();
        gate.hold(runs::incrementAndGet);
        gate.change(new PauseGate.Stopped("Back in 15 mins!"));
        assertThat(runs).hasValue(1);
        assertThat(gate.hold(runs::incrementAndGet)).isFalse();
        assertThat(gate.state()).isEqualTo(new PauseGate.Stopped("Back in 15 mins!"));
    }

    @Test
    void pausingAgainKeepsTheWaiters() {
        PauseGate gate = new PauseGate(PAUSED);
        AtomicInteger runs = new AtomicInteger();
        gate.hold(runs::incrementAndGet);
        gate.change(new PauseGate.Paused(Duration.ofSeconds(1)));
        assertThat(runs).hasValue(0);
        assertThat(gate.waiting()).isEqualTo(1);
    }

    @Test
    void aWaiterThatIsForgottenIsNotRun() {
        PauseGate gate = new PauseGate(PAUSED);
        AtomicInteger runs = new AtomicInteger();
        Runnable waiter = runs::incrementAndGet;
        gate.hold(waiter);
        gate.forget(waiter);
        gate.change(PauseGate.RUNNING);
        assertThat(runs).hasValue(0);
    }

    @Test
    void theGateOfAServiceThatIsGoneIsOpen() {
        PauseGate gate = new PauseGate(PAUSED);
        AtomicInteger runs = new AtomicInteger();
        gate.hold(runs::incrementAndGet);
        gate.releaseAll();
        assertThat(runs).hasValue(1);
        assertThat(gate.running()).isTrue();
    }

    @Test
    void aWaiterMayWaitAgainWhenItIsLetGo() {
        PauseGate gate = new PauseGate(PAUSED);
        AtomicInteger runs = new AtomicInteger();
        gate.hold(() -> {
            runs.incrementAndGet();
            gate.change(PAUSED);
            gate.hold(runs::incrementAndGet);
        });
        gate.change(PauseGate.RUNNING);
        assertThat(runs).hasValue(1);
        assertThat(gate.waiting()).isEqualTo(1);
        gate.change(PauseGate.RUNNING);
        assertThat(runs).hasValue(2);
    }

    /** A request that asks to be held, may leave while it is held, and is let go at most once. */
    private static final class Request implements Runnable {
        private final AtomicInteger runs = new AtomicInteger();
        private boolean held;
        private boolean forgotten;

        @Override
        public void run() {
            runs.incrementAndGet();
        }
    }

    @Test
    void noWaiterIsLostOrRunTwiceHoweverHoldForgetAndChangeMeet() throws Exception {
        PauseGate gate = new PauseGate(PAUSED);
        AtomicBoolean going = new AtomicBoolean(true);
        CyclicBarrier start = new CyclicBarrier(4);
        List<List<Request>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<List<Request>>> holders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                holders.add(threads.submit(() -> {
                    start.await();
                    return holdMany(gate);
                }));
            }
            Future<?> changer = threads.submit(() -> {
                start.await();
                while (going.get()) {
                    gate.change(PauseGate.RUNNING);
                    gate.change(PAUSED);
                    gate.change(new PauseGate.Stopped(""));
                    gate.change(PAUSED);
                }
                return null;
            });
            for (Future<List<Request>> holder : holders) {
                all.add(holder.get());
            }
            going.set(false);
            changer.get();
            gate.change(PauseGate.RUNNING);
        }
        assertThat(gate.waiting()).isZero();
        for (Request request : all.stream().flatMap(List::stream).toList()) {
            int runs = request.runs.get();
            if (!request.held) {
                assertThat(runs).as("run though it was not held").isZero();
            } else if (request.forgotten) {
                assertThat(runs).as("run more than once").isLessThanOrEqualTo(1);
            } else {
                assertThat(runs).as("held and not forgotten").isEqualTo(1);
            }
        }
    }

    private static List<Request> holdMany(PauseGate gate) {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            Request request = new Request();
            request.held = gate.hold(request);
            if (request.held && ThreadLocalRandom.current().nextInt(3) == 0) {
                gate.forget(request);
                request.forgotten = true;
            }
            requests.add(request);
        }
        return requests;
    }
}
