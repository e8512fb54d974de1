package dev.sluice.exchange;

import dev.sluice.http.RequestTarget;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests that the proxy itself makes of a service, on the way that clients' requests take, but without redirects, the
 * access log, metrics and a request id. A service that is paused or stopped answers 503 at once. For any thread; never
 * blocks.
 */
public final class OwnRequests {
    private static final ConnectionInfo NOBODY = new ConnectionInfo("", 0, 0, null, null);

    private final RequestPath path;
    private final Workers workers;

    /**
     * What a service answered.
     *
     * @param body its beginning, {@link OwnClient#MAX_BODY} bytes at most
     */
    public record Answer(int status, String body) {}

    public OwnRequests(RequestPath path, Workers workers) {
        this.path = path;
        this.workers = workers;
    }

    /**
     * Asks the service at the root of a host.
     *
     * @param uri path and query; goes to this service whoever else serves the path
     * @return fails when no whole answer came in time
     */
    public CompletionStage<Answer> get(String host, String uri, Duration timeout) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        RequestTarget target = RequestTarget.parse(uri);
        if (target == null) {
            answer.completeExceptionally(new IllegalArgumentException("not a path: " + uri));
            return answer;
        }
        Worker worker = workers.any();
        worker.loop().execute(() -> {
            HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri);
            request.headers().set(HttpHeaderNames.HOST, host);
            Exchange x = new Exchange(path, worker, new OwnClient(answer), NOBODY, request, target, host, host);
            x.own = true;
            var expiry = worker.loop()
                    .schedule(
                            () -> {
                                x.clientGone();
                                answer.completeExceptionally(new TimeoutException("no answer in " + timeout));
                            },
                            timeout.toMillis(),
                            TimeUnit.MILLISECONDS);
            answer.whenComplete((_, _) -> expiry.cancel(false));
            path.receive(x);
        });
        return answer;
    }
}
