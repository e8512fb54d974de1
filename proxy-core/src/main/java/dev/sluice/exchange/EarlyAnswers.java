package dev.sluice.exchange;

import dev.sluice.observe.Events;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

/** What an HTTP/1 connection answers by itself, without an exchange: refusals, and requests for {@code *}. Stateless. */
final class EarlyAnswers {

    private EarlyAnswers() {}

    /** Answers a request that must not be processed, and tells the log why. */
    static void refuse(ClientStream client, RejectedRequest rejected, ConnectionInfo info) {
        Events.info(
                "Request rejected",
                "client_addr",
                info.peerAddress(),
                "status",
                rejected.status(),
                "error",
                rejected.reason());
        ByteBuf body =
                Responses.utf8(HttpResponseStatus.valueOf(rejected.status()).toString());
        client.head(Responses.withBody(rejected.status(), Responses.TEXT, body));
        client.body(body);
        client.end(EmptyHttpHeaders.INSTANCE);
    }

    /** RFC 9110 9.3.7: {@code OPTIONS *} asks the server itself, as a ping. */
    static void star(ClientStream client, HttpRequest request) {
        client.head(Responses.empty(request.method().equals(HttpMethod.OPTIONS) ? 200 : 400));
        client.end(EmptyHttpHeaders.INSTANCE);
    }
}
