package dev.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** The proxy itself as the client of one exchange: keeps the status and the beginning of the body. */
final class OwnClient implements ClientStream {
    static final int MAX_BODY = 256;

    private final CompletableFuture<OwnRequests.Answer> answer;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private int status;

    OwnClient(CompletableFuture<OwnRequests.Answer> answer) {
        this.answer = answer;
    }

    @Override
    public void interim(HttpResponse head) {
        // Of no interest: the final one follows.
    }

    @Override
    public void head(HttpResponse head) {
        status = head.status().code();
    }

    @Override
    public void body(ByteBuf data) {
        byte[] bytes = new byte[Math.min(data.readableBytes(), MAX_BODY - body.size())];
        data.readBytes(bytes).release();
        body.writeBytes(bytes);
    }

    @Override
    public void end(HttpHeaders trailers) {
        answer.complete(new OwnRequests.Answer(status, body.toString(StandardCharsets.UTF_8)));
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public boolean writable() {
        return true;
    }

    @Override
    public void reading(boolean wanted) {
        // There is no request body.
    }

    @Override
    public void abort() {
        answer.completeExceptionally(new IOException("the answer was cut off"));
    }
}
