package dev.sluice.net;

import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Wire;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a loop that accepts does with events of several sockets at once. */
@Timeout(30)
class ListenerTest {
    private final EventLoopGroup loop;
    private final Listener listener;
    private final List<Channel> accepted = new CopyOnWriteArrayList<>();

    ListenerTest() throws IOException {
        Transport transport = Transport.choose(false);
        loop = transport.newGroup(1);
        listener = Listener.bind("test", 0, transport, loop, new ClosesOthers());
    }

    @AfterEach
    void end() throws InterruptedException {
        listener.close();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).await();
    }

    /** Closes all connections but the one that something came on. The third is not read, as one whose target is slow. */
    @Sharable
    private final class ClosesOthers extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            accepted.add(ctx.channel());
            if (accepted.size() < 3) {
                ctx.fireChannelActive();
            } else {
                ctx.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            accepted.stream().filter(c -> c != ctx.channel()).forEach(Channel::close);
        }
    }

    @Test
    void aConnectionAcceptedInTheTurnInWhichAnotherWasClosedGetsNoneOfItsEvents() throws Exception {
        try (Wire closing = Wire.to(listener.port());
                Wire closed = Wire.to(listener.port())) {
            await().until(() -> accepted.size() == 2);
            CountDownLatch events = stopLoop();
            closing.send("close the others");
            Wire late = Wire.to(listener.port());
            closed.finish();
            events.countDown();
            await().until(() -> accepted.size() == 3);
            loop.submit(() -> {}).sync();

            // Told by the event that the closed connection's would have used up: it is told of once.
            late.close();
            await().until(() -> !accepted.getLast().isOpen());
        }
    }

    // All that happens until the latch is opened comes in one turn, in the order in which it happened.
    private CountDownLatch stopLoop() throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        loop.execute(() -> {
            stopped.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stopped.await();
        return goOn;
    }
}
