package dev.sluice.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Where daemon and command line meet, by the rules that they share with kamal-proxy. Both work it out from their own
 * environment.
 *
 * @param socket the control socket
 * @param dataDirectory holds the state file and, unless told otherwise, the automatic certificates
 */
public record Paths(Path socket, Path dataDirectory) {

    /** The paths for an environment. Creates the data directory, mode 0700, if it is not there. */
    public static Paths of(Map<String, String> environment) {
        Path temporary = Path.of(nonEmpty(environment, "TMPDIR", "/tmp"));
        String socket = nonEmpty(environment, "KAMAL_PROXY_SOCKET", "");
        return new Paths(
                socket.isEmpty()
                        ? Path.of(nonEmpty(environment, "XDG_RUNTIME_DIR", temporary.toString()), "kamal-proxy.sock")
                        : Path.of(socket),
                dataDirectory(environment, temporary));
    }

    public Path stateFile() {
        return dataDirectory.resolve("kamal-proxy.state");
    }

    /** The default place of automatic certificates. */
    public Path certificates() {
        return dataDirectory.resolve("certs");
    }

    private static Path dataDirectory(Map<String, String> environment, Path temporary) {
        Path wanted = Path.of(nonEmpty(environment, "HOME", temporary.toString()), ".config", "kamal-proxy");
        if (Files.isDirectory(wanted)) {
            return wanted;
        }
        try {
            return Files.createDirectories(
                    wanted, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            // A read-only home is no reason to fail: commands work without it, and kamal-proxy goes on like this too.
            return temporary;
        }
    }

    private static String nonEmpty(Map<String, String> environment, String name, String otherwise) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
