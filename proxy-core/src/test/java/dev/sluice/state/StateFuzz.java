package dev.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.service.Service;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** State files of any content: told to be damaged, or read so that whatever is written back stays what it is. */
class StateFuzz {

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({
        "[{",
        "}]",
        "\"name\":\"a\"",
        "\"options\":{",
        "\"hosts\":[\"a\"]",
        "\"path_prefixes\":[\"/\"]",
        "null",
        "1e9",
        "\"target_options\":{",
        "\"active_targets\":[\"a:80\"]",
        "\"pause_controller\":{\"state\":2}",
        "\\u2028",
        "\"rollout_controller\":{\"percentage\":20}",
        "-1",
        "true",
        "\"health_check_config\":{"
    })
    void whatIsReadStaysWhatItIs(byte[] file) {
        List<Service> read;
        try {
            read = StateCodec.decode(file, StoredServices.PROBE, StoredServices.RESOURCES);
        } catch (DamagedState damaged) {
            assertThat(damaged).hasMessageMatching("(?s).+");
            return;
        }
        byte[] once = StateCodec.encode(read);
        byte[] twice = StateCodec.encode(again(once));
        assertThat(new String(twice, StandardCharsets.UTF_8)).isEqualTo(new String(once, StandardCharsets.UTF_8));
    }

    private static List<Service> again(byte[] file) {
        try {
            return StateCodec.decode(file, StoredServices.PROBE, StoredServices.RESOURCES);
        } catch (DamagedState e) {
            throw new AssertionError("written, and not to be read: " + new String(file, StandardCharsets.UTF_8), e);
        }
    }
}
