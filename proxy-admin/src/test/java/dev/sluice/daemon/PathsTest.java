package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathsTest {
    @TempDir
    private Path root;

    @Test
    void theSocketIsInTheRuntimeDirectoryElseInTheTemporaryOne() {
        String home = root.toString();
        assertThat(Paths.of(Map.of("HOME", home, "XDG_RUNTIME_DIR", "/run/me")).socket())
                .isEqualTo(Path.of("/run/me/kamal-proxy.sock"));
        assertThat(Paths.of(Map.of("HOME", home, "XDG_RUNTIME_DIR", "", "TMPDIR", "/var/tmp"))
                        .socket())
                .isEqualTo(Path.of("/var/tmp/kamal-proxy.sock"));
        assertThat(Paths.of(Map.of("HOME", home)).socket()).isEqualTo(Path.of("/tmp/kamal-proxy.sock"));
    }

    @Test
    void theSocketVariableGivesTheWholePath() {
        Map<String, String> environment =
                Map.of("HOME", root.toString(), "KAMAL_PROXY_SOCKET", "/x/my.sock", "XDG_RUNTIME_DIR", "/run");
        assertThat(Paths.of(environment).socket()).isEqualTo(Path.of("/x/my.sock"));
    }

    @Test
    void theDataDirectoryIsBelowHomeAndOnlyItsOwners() throws IOException {
        Paths paths = Paths.of(Map.of("HOME", root.toString(), "XDG_CONFIG_HOME", "/elsewhere"));

        assertThat(paths.dataDirectory()).isEqualTo(root.resolve(".config/kamal-proxy"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(paths.dataDirectory())))
                .isEqualTo("rwx------");
        assertThat(paths.stateFile()).isEqualTo(root.resolve(".config/kamal-proxy/kamal-proxy.state"));
        assertThat(paths.certificates()).isEqualTo(root.resolve(".config/kamal-proxy/certs"));
    }

    @Test
    void withoutHomeTheTemporaryDirectoryStandsIn() {
        assertThat(Paths.of(Map.of("TMPDIR", root.toString())).dataDirectory())
                .isEqualTo(root.resolve(".config/kamal-proxy"));
    }

    @Test
    void aHomeThatTakesNoDirectoryLeavesTheTemporaryDirectoryItself() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        assertThat(Paths.of(Map.of("HOME", file.toString(), "TMPDIR", root.toString()))
                        .dataDirectory())
                .isEqualTo(root);
    }
}
