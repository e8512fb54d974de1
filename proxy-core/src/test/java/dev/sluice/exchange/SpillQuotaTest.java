package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Bodies in temporary files have so much room together and no more. */
class SpillQuotaTest {
    private static final int QUOTA = 1_000_000;

    @Test
    void aBodyThatFindsNoRoomIsRefusedAndTheRoomComesBack() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(EdgeLimits.DEFAULT.withSpill(QUOTA));
                Backend app = new Backend("app", (request, wire) -> Backend.ok(wire, "" + request.body.length));
                Wire first = proxy.connect()) {
            proxy.deploy(
                    "app",
                    ServiceOptions.DEFAULT,
                    ProxyFixture.buffering(new BufferOptions(true, false, 1000, 0, 0)),
                    Duration.ofSeconds(5),
                    app);
            first.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 701000\r\n\r\n" + "x".repeat(600_000));
            await().until(() -> proxy.spillFiles.used() > 500_000);

            assertThat(proxy.post("/", "y".repeat(500_000)).status()).isEqualTo(503);
            assertThat(proxy.workers.limitHits().count(Limit.SPILL)).isEqualTo(1);
            proxy.awaitLog("--spill-quota");
            proxy.awaitLog("\"limit\":\"spill\"");
            assertThat(proxy.post("/", "y".repeat(100_000)).text()).isEqualTo("100000");

            first.send("x".repeat(101_000));
            assertThat(ProxyFixture.receive(first).text()).isEqualTo("701000");
            await().until(() -> proxy.spillFiles.used() == 0);
            assertThat(proxy.post("/", "y".repeat(900_000)).text()).isEqualTo("900000");
        }
    }

    @Test
    void aResponseThatFindsNoRoomIsRefusedToo() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(EdgeLimits.DEFAULT.withSpill(QUOTA));
                Backend app = new Backend("app", (request, wire) -> Backend.ok(wire, "z".repeat(2_000_000)))) {
            proxy.deploy(
                    "app",
                    ServiceOptions.DEFAULT,
                    ProxyFixture.buffering(new BufferOptions(false, true, 1000, 0, 0)),
                    Duration.ofSeconds(5),
                    app);
            assertThat(proxy.get("/").status()).isEqualTo(503);
            await().until(() -> proxy.spillFiles.used() == 0);
        }
    }
}
