package dev.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.service.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFileTest {
    @TempDir
    Path directory = Path.of("");

    private final EventLog log = new EventLog();
    private Path path = Path.of("");
    private StateFile file = new StateFile(path);

    @BeforeEach
    void nameTheFile() {
        path = directory.resolve("kamal-proxy.state");
        file = new StateFile(path);
    }

    @AfterEach
    void stopLogging() {
        log.close();
    }

    @Test
    void withoutAFileThereAreNoServices() {
        assertThat(load()).isEmpty();
        assertThat(log.messages()).containsExactly("No previous state to restore");
        assertThat(path).doesNotExist();
    }

    @Test
    void whatWasSavedIsLoadedByTheNextProcess() throws Exception {
        file.save(services("one", "two"));

        assertThat(load()).containsExactly("one", "two");
        assertThat(log.messages()).containsExactly("Restored saved state");
    }

    @Test
    void theFileIsForItsOwnerAloneAndNothingElseIsLeft() throws Exception {
        file.save(services("one"));
        file.save(services("one", "two"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("kamal-proxy.state", "kamal-proxy.state.previous");
        assertThat(Files.readString(previous())).contains("one").doesNotContain("two");
    }

    @Test
    void aFileCutOffAnywhereIsReplacedByTheOneBefore() throws Exception {
        file.save(services("one"));
        file.save(services("one", "two"));
        byte[] whole = Files.readAllBytes(path);
        byte[] before = Files.readAllBytes(previous());

        for (int length = whole.length - 1; length >= 0; length -= length > whole.length - 20 ? 1 : 13) {
            byte[] torn = Arrays.copyOf(whole, length);
            Files.write(path, torn);
            Files.write(previous(), before);
            log.forget();

            // Without its last line break it is whole all the same.
            if (length == whole.length - 1) {
                assertThat(load()).containsExactly("one", "two");
                continue;
            }
            assertThat(load()).as("cut off at %d", length).containsExactly("one");
            assertThat(log.errors())
                    .singleElement()
                    .asString()
                    .startsWith("Failed to decode saved state [path, " + path);
            assertThat(damaged()).hasBinaryContent(torn);
            assertThat(path).hasBinaryContent(before);
            assertThat(previous()).hasBinaryContent(before);
        }
    }

    @Test
    void aFileFilledWithZerosIsReplacedByTheOneBefore() throws Exception {
        file.save(services("one"));
        file.save(services("one", "two"));
        Files.write(path, new byte[(int) Files.size(path)]);

        assertThat(load()).containsExactly("one");
    }

    @Test
    void theNextStartAfterARescueFindsAWholeFile() throws Exception {
        file.save(services("one"));
        file.save(services("two"));
        Files.writeString(path, "[{");
        assertThat(load()).containsExactly("one");
        log.forget();

        assertThat(load()).containsExactly("one");
        assertThat(log.messages()).containsExactly("Restored saved state");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "this is not JSON"})
    void withNothingBeforeTheDaemonStartsEmptyAndKeepsTheDamagedFile(String content) throws Exception {
        Files.writeString(path, content);
        StateFile opened = new StateFile(path);

        assertThat(opened.load(StoredServices.PROBE, StoredServices.RESOURCES)).isEmpty();
        assertThat(log.errors()).hasSize(1);

        opened.save(services("new"));
        assertThat(load()).containsExactly("new");
        assertThat(damaged()).hasContent(content);
        assertThat(previous()).doesNotExist();
    }

    @Test
    void aDamagedFileIsNeverTakenForTheOneBefore() throws Exception {
        file.save(services("one"));
        file.save(services("two"));
        Files.writeString(path, "[{");
        StateFile opened = new StateFile(path);
        opened.load(StoredServices.PROBE, StoredServices.RESOURCES);
        opened.save(services("three"));
        Files.writeString(path, "");

        assertThat(load()).containsExactly("one");
    }

    @Test
    void whenBothAreDamagedTheDaemonStartsEmpty() throws Exception {
        file.save(services("one"));
        file.save(services("two"));
        Files.writeString(path, "[");
        Files.writeString(previous(), "]");

        assertThat(load()).isEmpty();
        assertThat(log.errors()).hasSize(2);
    }

    @Test
    void aFileThatCannotBeReadIsToldOfAndKept() throws Exception {
        Files.createDirectory(path);

        assertThat(load()).isEmpty();
        assertThat(log.errors().getFirst()).startsWith("Failed to restore saved state [path, " + path + ", error, ");
        assertThat(path).isDirectory();
    }

    @Test
    void aSaveThatFailsIsLoggedAndLosesNothing() throws Exception {
        file.save(services("one"));
        Files.createDirectories(directory.resolve("kamal-proxy.state.tmp/in-the-way"));

        file.save(services("one", "two"));

        assertThat(log.errors()).singleElement().asString().startsWith("Unable to save state [path, " + path);
        assertThat(load()).containsExactly("one");
    }

    @Test
    void aFileThatWasDeletedIsWrittenAnew() throws Exception {
        file.save(services("one"));
        file.save(services("one", "two"));
        Files.delete(path);
        file.save(services("three"));

        assertThat(load()).containsExactly("three");
        assertThat(log.errors()).isEmpty();
    }

    @Test
    void aDirectoryThatIsNotThereIsMade() throws Exception {
        Path deep = directory.resolve("a/b/state");
        new StateFile(deep).save(services("one"));

        assertThat(deep).exists();
    }

    private List<String> load() {
        return new StateFile(path)
                .load(StoredServices.PROBE, StoredServices.RESOURCES).stream()
                        .map(Service::name)
                        .toList();
    }

    private static List<Service> services(String... names) throws Exception {
        return Stream.of(names).map(StateFileTest::service).toList();
    }

    private static Service service(String name) {
        try {
            return StoredServices.plain(name, name + ".test", name + ":80");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Path previous() {
        return directory.resolve("kamal-proxy.state.previous");
    }

    private Path damaged() {
        return directory.resolve("kamal-proxy.state.damaged");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
