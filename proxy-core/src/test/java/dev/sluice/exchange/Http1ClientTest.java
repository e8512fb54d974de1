package dev.sluice.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buffer.SpillFiles;
import dev.sluice.observe.AccessLog;
import dev.sluice.observe.LogWriter;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.Services;
import dev.sluice.service.StateStore;
import dev.sluice.tls.ChallengeAnswers;
import dev.sluice.upstream.Connector;
import dev.sluice.upstream.NameLookup;
import dev.sluice.upstream.UpstreamPool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When an HTTP/1 connection is read, and when not. */
class Http1ClientTest {
    private static final String OPTIONS = "OPTIONS * HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private final LogWriter log = new LogWriter(OutputStream.nullOutputStream(), 100);
    private final EmbeddedChannel channel = new EmbeddedChannel();

    Http1ClientTest() {
        RequestPath path = new RequestPath(
                new Services(StateStore.NONE, RequestMetrics.OFF),
                new SpillFiles(Path.of("unused"), 0),
                new Answers(() -> new Ports(80, 443), ChallengeAnswers.NONE),
                new Finish(new AccessLog(log), RequestMetrics.OFF));
        Connector nowhere = new Connector(NioSocketChannel.class, new NameLookup(), Duration.ofSeconds(1));
        Worker worker =
                new Worker(channel.eventLoop(), new UpstreamPool(channel.eventLoop(), nowhere, RequestMetrics.OFF));
        channel.pipeline().addLast(new Http1Client(path, worker, new ConnectionInfo("127.0.0.1", 1, 80, null, null)));
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        log.close();
    }

    private void receive(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
    }

    private String sent() {
        StringBuilder text = new StringBuilder();
        ByteBuf data;
        while ((data = channel.readOutbound()) != null) {
            text.append(data.toString(US_ASCII));
            data.release();
        }
        return text.toString();
    }

    private void clientReads(boolean reads) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, reads);
        channel.runPendingTasks();
    }

    @Test
    void requestsWaitUnreadWhileTheClientLeavesAnswersUnread() {
        clientReads(false);
        receive(OPTIONS + OPTIONS);
        assertThat(sent()).isEmpty();
        assertThat(channel.config().isAutoRead()).isFalse();

        clientReads(true);
        assertThat(sent().split("HTTP/1.1 200 OK", -1)).hasSize(3);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aClientThatReadsIsAnsweredAtOnce() {
        receive(OPTIONS);
        assertThat(sent()).startsWith("HTTP/1.1 200 OK");
        assertThat(channel.config().isAutoRead()).isTrue();
    }
}
