package dev.sluice.exchange;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.LimitHits;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.Target;
import dev.sluice.service.Traffic;
import dev.sluice.upstream.Connector;
import dev.sluice.upstream.UpstreamPool;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** All event loops' {@link Worker}s: how other threads reach the requests under way. Thread-safe. */
public final class Workers implements Traffic {
    private static final Duration LOOK = Duration.ofMillis(20);

    private final List<Worker> workers = new ArrayList<>();
    private final EdgeLimits limits;
    private final LimitHits limitHits;

    public Workers(EventLoopGroup group, Connector connector, RequestMetrics metrics) {
        this(group, connector, metrics, EdgeLimits.DEFAULT, new LimitHits());
    }

    public Workers(
            EventLoopGroup group, Connector connector, RequestMetrics metrics, EdgeLimits limits, LimitHits hits) {
        this.limits = limits;
        this.limitHits = hits;
        for (EventExecutor executor : group) {
            EventLoop loop = (EventLoop) executor;
            workers.add(new Worker(loop, new UpstreamPool(loop, connector, metrics), limits, hits));
        }
    }

    public EdgeLimits limits() {
        return limits;
    }

    public LimitHits limitHits() {
        return limitHits;
    }

    /** The worker of an event loop. There are as many as processors, so looking through them is quick. */
    public Worker of(EventLoop loop) {
        for (Worker worker : workers) {
            if (worker.loop() == loop) {
                return worker;
            }
        }
        throw new IllegalArgumentException("not one of ours: " + loop);
    }

    /** One of them, for work that no connection brings along. */
    Worker any() {
        return workers.get(ThreadLocalRandom.current().nextInt(workers.size()));
    }

    @Override
    public void closeTunnels(Target target, Duration over) {
        tell(worker -> worker.closeTunnels(target, over.toNanos()));
    }

    @Override
    public void cancel(Target target) {
        tell(worker -> worker.cancel(target));
    }

    @Override
    public void closeIdle(Target target) {
        tell(worker -> worker.closeIdle(target));
    }

    /**
     * Lets all client connections finish, tunnels apart, which are told to end. Blocking; for virtual threads.
     *
     * @return whether nothing was left under way when the time ran out
     */
    public boolean drain(Duration timeout) throws InterruptedException {
        tell(worker -> {
            worker.closeAllTunnels();
            worker.drain();
        });
        long deadline = System.nanoTime() + timeout.toNanos();
        while (busy()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }

    /** Closes every client connection. */
    public void abortAll() {
        tell(Worker::abortAll);
    }

    /** Client connections that are open, tunnels included. */
    public long clientConnections() {
        return workers.stream().mapToLong(Worker::clientConnections).sum();
    }

    private boolean busy() {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (Worker worker : workers) {
            CompletableFuture<Boolean> answer = new CompletableFuture<>();
            worker.loop().execute(() -> answer.complete(worker.busy()));
            answers.add(answer);
        }
        return answers.stream().anyMatch(CompletableFuture::join);
    }

    private void tell(Consumer<Worker> what) {
        workers.forEach(worker -> worker.loop().execute(() -> what.accept(worker)));
    }
}
