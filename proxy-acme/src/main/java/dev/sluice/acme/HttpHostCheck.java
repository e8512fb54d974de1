package dev.sluice.acme;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks at a URL. Redirects are not followed, the proxy settings of the environment not used. */
public final class HttpHostCheck implements HostCheck {
    private static final int MAX_BODY = 256;

    // Shared, and made when the first check needs it: it owns a selector thread.
    private static final class Clients {
        static final HttpClient CLIENT = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(TIMEOUT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    private final String url;

    /**
     * @param url absolute, http or https
     */
    public HttpHostCheck(String url) {
        this.url = url;
    }

    @Override
    public CompletionStage<Verdict> check(String host) {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        Thread.ofVirtual().name("on-demand-check").start(() -> ask(host, verdict));
        return verdict;
    }

    private void ask(String host, CompletableFuture<Verdict> verdict) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(CheckUrl.withHost(url, host)))
                    .build();
            CompletableFuture<HttpResponse<String>> answer = Clients.CLIENT.sendAsync(request, _ -> new Beginning());
            try {
                HttpResponse<String> response = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                verdict.complete(new Verdict(response.statusCode(), response.body()));
            } finally {
                answer.cancel(true);
            }
        } catch (Exception e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            verdict.completeExceptionally(cause);
        }
    }

    /** Reads the first bytes of a body and hangs up. */
    private static final class Beginning implements HttpResponse.BodySubscriber<String> {
        private final CompletableFuture<String> text = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(MAX_BODY);
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<String> getBody() {
            return text;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                byte[] some = new byte[Math.min(part.remaining(), MAX_BODY - bytes.size())];
                part.get(some);
                bytes.writeBytes(some);
            }
            if (bytes.size() == MAX_BODY) {
                Objects.requireNonNull(subscription).cancel();
                onComplete();
            } else {
                Objects.requireNonNull(subscription).request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            text.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            text.complete(bytes.toString(StandardCharsets.UTF_8));
        }
    }
}
