package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http3Stream;
import dev.sluice.fixture.Http3Wire;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.Wire;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/3 clients. */
@Timeout(60)
class Http3Test {
    private static final ServiceOptions OPTIONS = new ServiceOptions(
            List.of("app.test"),
            List.of(),
            true,
            new TlsOptions(true, false, "cert", "key", "", "", ""),
            "",
            "",
            Duration.ZERO,
            false,
            List.of(),
            "");

    private final ProxyFixture proxy = new ProxyFixture();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Backend app = Backend.named("unused");

    Http3Test() throws IOException {
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
        proxy.serveHttp3();
    }

    @AfterEach
    void end() throws Exception {
        await().until(() -> proxy.inflight() == 0);
        goOn.countDown();
        app.close();
        proxy.close();
    }

    private Http3Wire start(Backend.Script script) throws Exception {
        return start(true, script);
    }

    private Http3Wire start(boolean readsBodies, Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        app.readsBodies = readsBodies;
        proxy.deploy("app", OPTIONS, ProxyFixture.QUICK, Duration.ofSeconds(10), app);
        return new Http3Wire(proxy.tlsPort, "app.test");
    }

    private static void echo(Message request, Wire wire) throws IOException {
        Backend.ok(wire, request.method() + " " + request.target() + " " + request.text());
    }

    // -- requests and responses

    @Test
    void aRequestReachesTheApplicationAsHttp1() throws Exception {
        try (Http3Wire wire = start(Http3Test::echo)) {
            Http3Stream stream = wire.get("/a%2Fb?c=d");
            assertThat(stream.status()).isEqualTo("200");
            assertThat(stream.text()).isEqualTo("GET /a%2Fb?c=d ");
        }
    }
}
