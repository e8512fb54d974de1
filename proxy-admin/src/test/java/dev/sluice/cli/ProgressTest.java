package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.admin.client.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private long seconds;

    @Test
    void theLineIsRewrittenWithWhatATargetWaitsFor() {
        Progress progress = progress(true, 80, "web:3000");

        seconds = 2;
        progress.on(checked("web:3000", 3, false, "unexpected status (500)"));
        assertThat(taken()).isEqualTo("\r\033[Kwaiting for web:3000: unexpected status (500), 3 tries, 2 s");

        progress.on(checked("web:3000", 4, true, ""));
        assertThat(taken()).isEqualTo("\r\033[Khealthy, switching, 2 s");

        progress.on(new JsonObject(Map.of("event", "switched")));
        assertThat(taken()).isEqualTo("\r\033[Kswitched to the new targets, 2 s");

        progress.on(new JsonObject(Map.of("event", "draining", "in_flight", 1L)));
        assertThat(taken()).isEqualTo("\r\033[Kswitched; waiting for 1 request to the old targets, 2 s");

        seconds = 5;
        progress.done("web");
        progress.close();
        assertThat(taken()).isEqualTo("\r\033[KDeployed web in 5 s\n");
    }

    @Test
    void ofSeveralTargetsTheFirstUnhealthyOneIsNamed() {
        Progress progress = progress(true, 80, "a:1", "b:1", "c:1");

        progress.on(checked("a:1", 1, true, ""));
        assertThat(taken()).isEqualTo("\r\033[K1 of 3 healthy; waiting for b:1, 0 s");

        progress.on(checked("b:1", 1, false, "connection refused"));
        assertThat(taken()).isEqualTo("\r\033[K1 of 3 healthy; waiting for b:1: connection refused, 1 try, 0 s");
    }

    @Test
    void aLineNeverReachesTheEdgeNorCarriesControlCharacters() {
        progress(true, 20, "web:3000").on(checked("web:3000", 1, false, "\033[31m" + "x".repeat(99)));

        assertThat(taken()).isEqualTo("\r\033[Kwaiting for web:300");

        progress(true, 200, "a:1").on(checked("a:1", 1, false, "\033[31mbad\n"));

        assertThat(taken()).isEqualTo("\r\033[Kwaiting for a:1: [31mbad, 1 try, 0 s");
    }

    @Test
    void afterAFailureTheLineIsEmptyForTheError() {
        Progress progress = progress(true, 80, "web:3000");

        progress.close();
        assertThat(taken()).isEqualTo("\r\033[K");

        progress.on(new JsonObject(Map.of("event", "switched")));
        assertThat(taken()).isEmpty();
    }

    @Test
    void aTerminalThatCannotRewriteGetsALineForEachStep() {
        Progress progress = progress(false, 80, "web:3000");

        progress.on(checked("web:3000", 1, false, "unexpected status (500)"));
        progress.on(new JsonObject(Map.of("event", "switched")));
        progress.done("web");

        assertThat(taken()).isEqualTo("switched to the new targets\nDeployed web in 0 s\n");
    }

    private Progress progress(boolean inPlace, int columns, String... targets) {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return new Progress(out, inPlace, columns, List.of(targets), () -> TimeUnit.SECONDS.toNanos(seconds));
    }

    private static JsonObject checked(String target, long tries, boolean healthy, String message) {
        return new JsonObject(
                Map.of("event", "checked", "target", target, "tries", tries, "healthy", healthy, "message", message));
    }

    private String taken() {
        String text = printed.toString(StandardCharsets.UTF_8);
        printed.reset();
        return text;
    }
}
