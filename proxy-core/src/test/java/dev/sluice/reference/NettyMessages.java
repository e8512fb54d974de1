package dev.sluice.reference;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.fixture.ReadMessages;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/** What Netty and the guards behind it make of bytes, in the words of {@link ReadMessages}. */
final class NettyMessages {

    private NettyMessages() {}

    static List<String> requests(byte[] bytes) {
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(ReadMessages.LIMITS.line())
                .setMaxHeaderSize(ReadMessages.LIMITS.fieldBytes())
                .setHeadersFactory(CountedFields.factory(ReadMessages.LIMITS.fields()))
                .setTrailersFactory(CountedFields.factory(ReadMessages.LIMITS.fields()));
        return said(new EmbeddedChannel(new NettyRequestDecoder(config), new NettyGuard()), bytes);
    }

    static List<String> responses(HttpMethod method, byte[] bytes) {
        NettyResponseDecoder decoder = new NettyResponseDecoder();
        decoder.expect(method);
        return said(new EmbeddedChannel(decoder), bytes);
    }

    private static List<String> said(EmbeddedChannel channel, byte[] bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes));
        channel.checkException();
        List<String> said = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        boolean inBody = false;
        Object message;
        while ((message = channel.readInbound()) != null) {
            if (message instanceof NettyGuard.Refusal refusal) {
                said.add("refused " + refusal.status());
            } else if (message instanceof HttpMessage head
                    && head.decoderResult().isFailure()) {
                said.add("refused 502");
                break;
            } else if (message instanceof HttpMessage head) {
                said.add(ReadMessages.words(head));
                inBody = true;
            }
            if (message instanceof HttpContent content) {
                body.append(content.content().toString(ISO_8859_1));
                if (content.decoderResult().isFailure()) {
                    said.add("malformed behind " + body);
                    inBody = false;
                } else if (content instanceof LastHttpContent last) {
                    said.add(body + " trailers " + last.trailingHeaders().entries());
                    body.setLength(0);
                    inBody = false;
                }
            }
            ReferenceCountUtil.release(message);
        }
        if (inBody) {
            said.add(body + " and no end");
        }
        channel.finishAndReleaseAll();
        return said;
    }
}
