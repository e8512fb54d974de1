package dev.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.http.ErrorPages;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.Resources;
import dev.sluice.service.RouteMatch;
import dev.sluice.service.RouteTable;
import dev.sluice.service.Service;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.Services;
import dev.sluice.service.StateStore;
import dev.sluice.tls.CertificateSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries that cannot be restored: they keep to themselves, and are never lost. */
class FaultyEntriesTest {
    private static final HealthProbe PROBE = StoredServices.PROBE;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\": \"bad\", \"active_targets\": [\"no good!\"], \"later\": 1.50}",
                "{\"name\": \"bad\", \"active_targets\": []}",
                "{\"name\": \"bad\", \"active_targets\": \"app\"}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"rollout_targets\": [\"!\"]}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"options\": []}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"options\": {\"tls_redirect\": \"yes\"}}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"options\": {\"hosts\": [1]}}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"target_options\": {\"response_timeout\": 1e30}}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"target_options\": {\"response_timeout\": \"3s\"}}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"pause_controller\": {\"state\": 9}}",
                "{\"name\": \"bad\", \"active_targets\": [\"app\"], \"rollout_controller\": {\"percentage\": 0.5}}"
            })
    void anEntryThatCannotBeUsedIsAFaultyServiceAndStaysAsItIs(String entry) throws Exception {
        String file = "[" + entry + "]\n";

        List<Service> services = decode(file);

        assertThat(services).hasSize(1);
        Service faulty = services.getFirst();
        assertThat(faulty.name()).isEqualTo("bad");
        assertThat(faulty.stateName()).isEqualTo("broken");
        assertThat(faulty.fault()).startsWith("its entry in the state file cannot be used: ");
        assertThat(encode(services)).isEqualTo(file);
    }

    @Test
    void theFaultNamesTheKeyAndWhatWasExpected() throws Exception {
        assertThat(decode("[{\"name\":\"x\",\"options\":{\"tls_redirect\":\"yes\"}}]")
                        .getFirst()
                        .fault())
                .contains("options.tls_redirect is not true or false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "null", "true", "-1.25e3", "\"text, \\\" ]\"", "[1, [2]]", "{}", "{\"name\": 5}"})
    void whatIsNoServiceAtAllStaysToo(String entry) throws Exception {
        String file = "[" + entry + "," + entry + "]\n";

        List<Service> services = decode(file);

        assertThat(services).extracting(Service::name).containsExactly("unreadable-1", "unreadable-2");
        assertThat(encode(services)).isEqualTo(file);
    }

    @Test
    void theOthersAreRestoredAndServed() throws Exception {
        List<Service> services = decode("[7,{\"name\":\"bad\",\"options\":{\"hosts\":[\"a.test\"]}},"
                + "{\"name\":\"good\",\"options\":{\"hosts\":[\"b.test\"]},\"active_targets\":[\"app\"]},"
                + "{\"name\":\"worse\",\"active_targets\":[3]}]");
        RouteTable table = published(services);

        assertThat(matched(table, "b.test")).isEqualTo("good");
        assertThat(matched(table, "a.test")).isEqualTo("bad");
        assertThat(matched(table, "other.test")).isNull();
    }

    @Test
    void aFaultyEntryDoesNotTakeHostsFromOneThatWorks() throws Exception {
        List<Service> services = decode("[{\"name\":\"a-bad\",\"options\":{\"hosts\":[\"A.test\"]}},"
                + "{\"name\":\"good\",\"options\":{\"hosts\":[\"a.test\"]},\"active_targets\":[\"app\"]}]");

        assertThat(matched(published(services), "a.test")).isEqualTo("good");
        assertThat(encode(services)).contains("{\"name\":\"a-bad\",\"options\":{\"hosts\":[\"A.test\"]}}");
    }

    @Test
    void ofTwoEntriesForOneNameTheLastThatWorksCounts() throws Exception {
        String first = "{\"name\":\"web\",\"active_targets\":[\"one\"]}";
        String second = "{\"name\":\"web\",\"active_targets\":[\"two\"]}";
        String faulty = "{\"name\":\"web\",\"active_targets\":[3]}";

        assertThat(decode("[" + first + "," + second + "," + faulty + "]"))
                .singleElement()
                .satisfies(s -> assertThat(s.targetAddresses()).containsExactly("two"));
    }

    @Test
    void certificatesThatCannotBeUsedAreTheFaultOfTheirServiceAlone() throws Exception {
        Resources missing = resources(true, false);
        List<Service> services = StateCodec.decode(
                bytes("[{\"name\":\"tls\",\"active_targets\":[\"app\"],\"options\":{\"hosts\":[\"t.test\"],"
                        + "\"tls_enabled\":true,\"tls_certificate_path\":\"/c.pem\"}},"
                        + "{\"name\":\"web\",\"active_targets\":[\"app\"]}]"),
                PROBE,
                missing);

        assertThat(services.get(0).faultNow()).isEqualTo("open /c.pem: no such file");
        assertThat(services.get(0).fault()).isNull();
        assertThat(services.get(0).stored()).isNull();
        assertThat(encode(services)).contains("\"tls_certificate_path\":\"/c.pem\"");
        assertThat(services.get(1).faultNow()).isNull();
    }

    @Test
    void errorPagesThatAreGoneAreReplacedByTheBuiltInOnes() throws Exception {
        List<Service> services = StateCodec.decode(
                bytes("[{\"name\":\"web\",\"active_targets\":[\"app\"],\"options\":{\"error_page_path\":\"/pages\"}}]"),
                PROBE,
                resources(false, true));

        assertThat(services.getFirst().faultNow()).isNull();
        assertThat(services.getFirst().errorPages()).isSameAs(ErrorPages.BUILT_IN);
        assertThat(encode(services)).contains("\"error_page_path\":\"/pages\"");
    }

    @Test
    void anUnforeseenExceptionIsTheFaultOfItsEntryAlone() throws Exception {
        String file = "[{\"name\":\"web\",\"active_targets\":[\"app\"],\"options\":{\"hosts\":[\"a.test\"]}}]\n";
        Resources failing = new Resources() {
            @Override
            public CertificateSource certificates(ServiceOptions options) {
                throw new IllegalStateException("certificates");
            }

            @Override
            public ErrorPages errorPages(ServiceOptions options) {
                throw new IllegalStateException("pages");
            }
        };

        List<Service> services = StateCodec.decode(bytes(file), PROBE, failing);

        assertThat(services.getFirst().fault()).contains("IllegalStateException: pages");
        assertThat(encode(services)).isEqualTo(file);
    }

    private static Resources resources(boolean withoutCertificates, boolean withoutPages) {
        return new Resources() {
            @Override
            public CertificateSource certificates(ServiceOptions options) throws ControlFailure {
                if (withoutCertificates) {
                    throw new ControlFailure(
                            ControlFailure.Kind.INVALID, "open " + options.tls().certificatePath() + ": no such file");
                }
                return StoredServices.CERTIFICATES;
            }

            @Override
            public ErrorPages errorPages(ServiceOptions options) throws ControlFailure {
                if (withoutPages) {
                    throw new ControlFailure(ControlFailure.Kind.INVALID, "no pages");
                }
                return ErrorPages.BUILT_IN;
            }
        };
    }

    private static RouteTable published(List<Service> services) {
        Services all = new Services(StateStore.NONE, RequestMetrics.OFF);
        all.restore(services);
        return all.table();
    }

    private static @Nullable String matched(RouteTable table, String host) {
        return table.match(host, "/") instanceof RouteMatch.Matched(Service service, String _) ? service.name() : null;
    }

    private static List<Service> decode(String file) throws Exception {
        return StateCodec.decode(bytes(file), PROBE, StoredServices.RESOURCES);
    }

    private static String encode(List<Service> services) {
        return new String(StateCodec.encode(services), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String file) {
        return file.getBytes(StandardCharsets.UTF_8);
    }
}
