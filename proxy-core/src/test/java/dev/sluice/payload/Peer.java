package dev.sluice.payload;

import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.FreePort;
import dev.sluice.fixture.Wire;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Another proxy of this machine, started before a target with a configuration of its own and ended with the test. */
final class Peer implements Closeable {
    final int port;
    private final Process process;

    private Peer(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /** Where a program is, or nothing. */
    static Optional<Path> program(String name) {
        return Stream.of("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin")
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What a program says of its version, in one line. */
    static String version(Path program) throws IOException, InterruptedException {
        Process asked = new ProcessBuilder(program.toString(), "-v")
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        return said.lines().findFirst().orElse("");
    }

    static Peer nginx(Path program, Path directory, String target) throws IOException {
        int port = FreePort.next();
        Path config = directory.resolve("nginx.conf");
        // As near to Sluice as it gets: bodies are streamed, targets passed as they are, large heads taken.
        Files.writeString(config, """
                daemon off;
                master_process off;
                error_log %1$s/error.log;
                pid %1$s/pid;
                events { worker_connections 128; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  large_client_header_buffers 32 64k;
                  client_max_body_size 0;
                  server {
                    listen 127.0.0.1:%2$d;
                    location / {
                      proxy_pass http://%3$s;
                      proxy_http_version 1.1;
                      proxy_request_buffering off;
                      proxy_set_header Host $http_host;
                    }
                  }
                }
                """.formatted(directory, port, target));
        return start(port, directory, List.of(program.toString(), "-p", directory.toString(), "-c", config.toString()));
    }

    static Peer haproxy(Path program, Path directory, String target) throws IOException {
        int port = FreePort.next();
        Path config = directory.resolve("haproxy.cfg");
        Files.writeString(config, """
                global
                  tune.http.maxhdr 1001
                  tune.bufsize 131072
                defaults
                  mode http
                  timeout connect 2s
                  timeout client 5s
                  timeout server 5s
                frontend front
                  bind 127.0.0.1:%d
                  default_backend back
                backend back
                  server app %s
                """.formatted(port, target));
        return start(port, directory, List.of(program.toString(), "-db", "-f", config.toString()));
    }

    private static Peer start(int port, Path directory, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        Peer peer = new Peer(port, process);
        await().atMost(10, TimeUnit.SECONDS).until(() -> peer.process.isAlive() && peer.accepts());
        return peer;
    }

    private boolean accepts() {
        try (Wire wire = Wire.to(port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
