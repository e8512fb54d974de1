package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoggingTest {
    private final Logger root = Logger.getLogger("");
    private final Logger events = Logger.getLogger(Events.LOGGER_NAME);
    private Handler[] handlers = {};
    private Level rootLevel = Level.INFO;

    @BeforeEach
    void rememberTheSetUp() {
        handlers = root.getHandlers();
        rootLevel = root.getLevel();
    }

    @AfterEach
    void putTheSetUpBack() {
        Arrays.stream(root.getHandlers()).forEach(root::removeHandler);
        Arrays.stream(handlers).forEach(root::addHandler);
        root.setLevel(rootLevel);
        events.setLevel(null);
    }

    @Test
    void eventsAreLinesWithTheirFields() throws Exception {
        List<JsonNode> lines = Recorded.lines(writer -> {
            Logging.start(writer, false);
            Events.info("Deployed", "service", "web", "targets", List.of("a:80"), "tls", false, "n", 3, "x", null);
            Events.warn("Careful {0}");
            Events.error("Failed", "error", "why");
        });

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).deepCopy().toString())
                .endsWith("\"level\":\"INFO\",\"msg\":\"Deployed\",\"service\":\"web\",\"targets\":[\"a:80\"],"
                        + "\"tls\":false,\"n\":3,\"x\":null}");
        assertThat(lines.get(1).get("level").textValue()).isEqualTo("WARN");
        assertThat(lines.get(1).get("msg").textValue()).isEqualTo("Careful {0}");
        assertThat(lines.get(2).get("level").textValue()).isEqualTo("ERROR");
    }

    @Test
    void debugEventsAreThereOnlyWhenAskedFor() throws Exception {
        List<JsonNode> quiet = Recorded.lines(writer -> {
            Logging.start(writer, false);
            assertThat(Events.debugging()).isFalse();
            Events.debug("Detail");
        });
        List<JsonNode> loud = Recorded.lines(writer -> {
            Logging.start(writer, true);
            assertThat(Events.debugging()).isTrue();
            Events.debug("Detail");
        });

        assertThat(quiet).isEmpty();
        assertThat(loud).anySatisfy(line -> {
            assertThat(line.get("msg").textValue()).isEqualTo("Detail");
            assertThat(line.get("level").textValue()).isEqualTo("DEBUG");
        });
    }

    @Test
    void librariesAreHeardFromWarningsOnWithTheirExceptions() throws Exception {
        Logger library = Logger.getLogger("org.example.library");
        List<JsonNode> lines = Recorded.lines(writer -> {
            Logging.start(writer, false);
            library.info("chatter");
            LogRecord record = new LogRecord(Level.SEVERE, "Lost {0} of {1}");
            record.setLoggerName(library.getName());
            record.setParameters(new Object[] {1, "two"});
            record.setThrown(new IllegalStateException("broken"));
            library.log(record);
        });

        assertThat(lines).hasSize(1);
        JsonNode line = lines.getFirst();
        assertThat(line.get("level").textValue()).isEqualTo("ERROR");
        assertThat(line.get("msg").textValue()).isEqualTo("Lost 1 of two");
        assertThat(line.get("logger").textValue()).isEqualTo("org.example.library");
        assertThat(line.get("error").textValue()).isEqualTo("java.lang.IllegalStateException: broken");
        assertThat(line.get("stack").textValue()).contains("LoggingTest");
    }

    @Test
    void nettyLogsThroughTheSameLog() throws Exception {
        List<JsonNode> lines = Recorded.lines(writer -> {
            Logging.start(writer, false);
            InternalLoggerFactory.getInstance("io.netty.some").warn("leak of {} bytes", 3);
        });

        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst().get("msg").textValue()).isEqualTo("leak of 3 bytes");
        assertThat(lines.getFirst().get("level").textValue()).isEqualTo("WARN");
    }

    @Test
    void theJdkItselfLogsThroughTheSameLog() throws Exception {
        System.Logger jdk = System.getLogger("jdk.some");
        List<JsonNode> lines = Recorded.lines(writer -> {
            Logging.start(writer, false);
            jdk.log(System.Logger.Level.INFO, "chatter");
            jdk.log(System.Logger.Level.WARNING, "{0} of {1}", 1, "two");
            jdk.log(System.Logger.Level.ERROR, "Lost", new IllegalStateException("broken"));
        });

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).get("msg").textValue()).isEqualTo("1 of two");
        assertThat(lines.get(0).get("level").textValue()).isEqualTo("WARN");
        assertThat(lines.get(0).get("logger").textValue()).isEqualTo("jdk.some");
        assertThat(lines.get(1).get("level").textValue()).isEqualTo("ERROR");
        assertThat(lines.get(1).get("error").textValue()).isEqualTo("java.lang.IllegalStateException: broken");
    }

    @Test
    void whoLooksForASecondFinderFindsOneInTheSameJar() {
        Iterator<System.LoggerFinder> finders =
                ServiceLoader.load(System.LoggerFinder.class).iterator();

        assertThat(finders.next()).isExactlyInstanceOf(SystemLoggers.class);
        assertThat(finders.next()).isInstanceOf(SystemLoggers.Second.class);
    }

    @Test
    void levelsHaveGosNames() {
        assertThat(List.of(Level.FINEST, Level.FINE, Level.CONFIG, Level.INFO, Level.WARNING, Level.SEVERE))
                .extracting(EventHandler::levelName)
                .containsExactly("DEBUG", "DEBUG", "INFO", "INFO", "WARN", "ERROR");
    }
}
