package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
    private static final int SIZE = 200_000;

    @TempDir
    private Path cache;

    private FileStore store() {
        return new FileStore(cache.toString(), "");
    }

    @Test
    void filesAreTheOwnersAlone() throws Exception {
        FileStore store = store();
        store.save("app.test", new byte[] {1});
        Path directory = Path.of(store.location());
        assertThat(directory.getFileName())
                .hasToString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("app.test"))))
                .isEqualTo("rw-------");
        assertThat(store.names()).containsExactly("app.test");
        assertThat(store.load("other.test")).isNull();
    }

    @Test
    void oneClaimAtATime() throws Exception {
        FileStore store = store();
        try (CertificateStore.Claim claim = store.claim("app.test")) {
            assertThat(claim).isNotNull();
            assertThat(store().claim("app.test")).isNull();
        }
        try (CertificateStore.Claim claim = store.claim("app.test")) {
            assertThat(claim).isNotNull();
        }
    }

    @Test
    void theSelfTestLeavesNothingBehind() throws Exception {
        store().selfTest();
        assertThat(store().names()).isEmpty();
    }

    @Test
    void aProcessKilledWhileItWritesLeavesTheOldOrTheNewWhole() throws Exception {
        store().save("app.test", content('a'));
        for (int round = 0; round < 3; round++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            cache.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertThat(writer.getInputStream().read()).isEqualTo('.');
            writer.getInputStream().readNBytes(7 + round);
            writer.destroyForcibly().waitFor();

            byte[] left = java.util.Objects.requireNonNull(store().load("app.test"));
            assertThat(left).hasSize(SIZE);
            assertThat(left).containsOnly(left[0]);
        }
    }

    private static byte[] content(char c) {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) c);
        return content;
    }

    /** Writes without end, with a dot on standard output for each time. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            FileStore store = new FileStore(args[0], "");
            for (char c = 'b'; ; c = c == 'z' ? 'b' : (char) (c + 1)) {
                store.save("app.test", content(c));
                System.out.write(".".getBytes(StandardCharsets.US_ASCII));
                System.out.flush();
            }
        }
    }
}
