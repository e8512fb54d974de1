import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Makes the AOT caches of a distribution tree: runs its daemon, which restores services, deploys others, sends requests
 * of every kind, and stops it; runs its command line. No certificate is ordered and there are no metrics: every class in
 * the cache takes memory from the start on, and these would be a fifth and a twentieth of them all. Listens on 127.0.0.1
 * on free ports, with a home of its own. Whatever goes wrong ends it with the reason and exit code 1. Usage: java
 * Train.java TREE HASH, where HASH becomes part of the caches' names.
 */
final class Train implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS = 50;
    private static final char[] PASSWORD = "training".toCharArray();

    private final Path tree;
    private final Path work;
    private final Path log;
    private final HttpServer backend;
    private final List<Process> started = new ArrayList<>();

    private Train(Path tree) throws IOException {
        this.tree = tree;
        this.work = Files.createTempDirectory("sluice-train");
        this.log = work.resolve("daemon.log");
        this.backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext("/", Train::answer);
        backend.start();
    }

    public static void main(String[] arguments) throws Exception {
        Path tree = Path.of(arguments[0]).toRealPath();
        try (var train = new Train(tree)) {
            train.run(tree.resolve("lib/daemon-" + arguments[1] + ".aot"), tree.resolve("lib/cli-" + arguments[1] + ".aot"));
        } catch (Failed e) {
            System.err.println("dist: making the AOT caches failed: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run(Path daemonCache, Path cliCache) throws Exception {
        SSLContext trust = certificate();
        state();
        methodHandles();
        Process daemon = start(
                log,
                record(daemonCache),
                "run",
                "--http-port=0",
                "--https-port=0");
        String ready = awaitReady(daemon);
        int http = port(ready, "http");
        int https = port(ready, "https");

        String target = "--target=127.0.0.1:" + backend.getAddress().getPort();
        command("", "deploy", "plain", target);
        command(
                record(cliCache) + " -cp " + jars() + "/lib/sluice.jar Rehearsal",
                "+", "--version", "+", "list", "+", "deploy",
                "secure",
                target,
                "--host=localhost",
                "--tls",
                "--tls-certificate-path=" + work.resolve("cert.pem"),
                "--tls-private-key-path=" + work.resolve("key.pem"), "+", "list");
        traffic("http://127.0.0.1:" + http, client(trust, HttpClient.Version.HTTP_1_1));
        lastRequest(http);
        traffic("https://localhost:" + https, client(trust, HttpClient.Version.HTTP_1_1));
        traffic("https://localhost:" + https, client(trust, HttpClient.Version.HTTP_2));
        expect(client(trust, HttpClient.Version.HTTP_1_1), get("http://localhost:" + http + "/"), 301);
        command("", "deploy", "plain", target);
        command("", "list");
        command("", "stop", "plain");
        expect(client(trust, HttpClient.Version.HTTP_1_1), get("http://127.0.0.1:" + http + "/"), 503);
        command("", "remove", "plain");

        daemon.destroy();
        finish(daemon, "run", log);
        assemble(daemonCache, "run");
        assemble(cliCache, "deploy");
    }

    /**
     * Adds to the JDK's list of method handles' shapes those that a start needs and the JDK has no code for. The cache
     * gets code for what is listed; the rest is made at each start, which takes 3 % of it.
     */
    private void methodHandles() throws Exception {
        Process daemon = start(log, "-Djava.lang.invoke.MethodHandle.TRACE_RESOLVE=true", "run", "--http-port=0", "--https-port=0");
        awaitReady(daemon);
        daemon.destroy();
        finish(daemon, "run", log);
        List<String> missing = Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("[LF_RESOLVE] ") && line.endsWith(" (fail)"))
                .map(line -> "@lambda-form-invoker " + line.replace(" (fail)", ""))
                .distinct()
                .toList();
        if (missing.isEmpty()) {
            throw new Failed("no method handles were traced in a start");
        }
        Files.write(tree.resolve("runtime/lib/classlist"), missing, StandardOpenOption.APPEND);
    }

    /**
     * Makes a cache of what a process has recorded. Started by the launcher as that process was, and not by it as
     * -XX:AOTCacheOutput would have it, because the JVM looks for the jars by the names that they have in the launcher.
     */
    private void assemble(Path cache, String role) throws Exception {
        Path output = work.resolve("assembly.log");
        String flags = "-XX:AOTMode=create -XX:AOTCache=" + cache + " -XX:AOTConfiguration=" + recording(cache);
        finish(start(output, flags, role), "making " + cache.getFileName(), output);
        if (!Files.exists(cache)) {
            throw new Failed("the JVM left no " + cache.getFileName() + ":\n" + tail(output));
        }
    }

    /** Where the launcher has the JVM look for the jars. */
    private Path jars() {
        return Files.isDirectory(Path.of("/proc/self/fd")) ? Path.of("/proc/self/fd/9") : tree;
    }

    private Path recording(Path cache) {
        return work.resolve(cache.getFileName() + ".recording");
    }

    /** The state file of a daemon that was stopped: most daemons start with one. */
    private void state() throws IOException {
        Path file = work.resolve(".config/kamal-proxy/kamal-proxy.state");
        Files.createDirectories(file.getParent());
        String service = """
                {"name":"%s","options":{"hosts":["%s"],"path_prefixes":["/"],"tls_enabled":%b,"tls_redirect":true,
                "tls_certificate_path":"%s","tls_private_key_path":"%s","strip_prefix":true,
                "writer_affinity_timeout":3000000000},"target_options":{"health_check_config":{"path":"/up",
                "interval":1000000000,"timeout":5000000000},"response_timeout":30000000000,
                "max_memory_buffer_size":1048576,"forward_headers":true},"active_targets":["127.0.0.1:%d"]}""";
        int port = backend.getAddress().getPort();
        String plain = service.formatted("restored", "restored.test", false, "", "", port);
        String secure = service.formatted("restored-secure", "restored-secure.test", true, work.resolve("cert.pem"),
                work.resolve("key.pem"), port);
        Files.writeString(file, "[" + plain + "," + secure + "]\n");
    }

    private static void traffic(String origin, HttpClient client) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            expect(client, get(origin + "/"), 200);
            expect(client, get(origin + "/chunks?n=1"), 200);
            expect(client, HttpRequest.newBuilder(URI.create(origin + "/form")).POST(BodyPublishers.ofString("a=1")), 200);
        }
        expect(client, HttpRequest.newBuilder(URI.create(origin + "/")).HEAD(), 200);
        expect(client, HttpRequest.newBuilder(URI.create(origin + "/upload")).PUT(BodyPublishers.ofByteArray(new byte[1 << 20])), 200);
        expect(client, get(origin + "/missing"), 404);
    }

    /** With a header field that the JDK's client does not let one set. */
    private static void lastRequest(int port) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".getBytes());
            String answer = new String(socket.getInputStream().readAllBytes());
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new Failed("a request with `Connection: close` was answered with: " + answer);
            }
        }
    }

    private static HttpRequest.Builder get(String uri) {
        return HttpRequest.newBuilder(URI.create(uri)).GET();
    }

    private static void expect(HttpClient client, HttpRequest.Builder builder, int status) throws Exception {
        HttpRequest request = builder.timeout(PATIENCE).build();
        int got = client.send(request, BodyHandlers.discarding()).statusCode();
        if (got != status) {
            throw new Failed(request + " was answered with " + got + " instead of " + status);
        }
    }

    private static HttpClient client(SSLContext trust, HttpClient.Version version) {
        return HttpClient.newBuilder().sslContext(trust).version(version).build();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            byte[] body = path.equals("/chunks") ? new byte[100_000] : "ok\n".getBytes();
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().add("Content-Type", "text/plain");
            long length = path.equals("/chunks") ? 0 : head ? -1 : body.length;
            exchange.sendResponseHeaders(path.equals("/missing") ? 404 : 200, length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    /**
     * A certificate for localhost and its CA's in the work folder as PEM, with the extensions that those of public CAs
     * have; and a TLS context that trusts it and has it.
     */
    private SSLContext certificate() throws Exception {
        Path store = work.resolve("store.p12");
        keyPair(store, "ca", "CN=Training CA", "bc:critical=ca:true", "ku:critical=keyCertSign");
        keyPair(store, "localhost", "CN=localhost", "san=dns:localhost", "bc:critical=ca:false",
                "ku:critical=digitalSignature", "eku=serverAuth", "aia=ocsp:uri:http://localhost/",
                "crl=uri:http://localhost/", "2.5.29.32=30:0A:30:08:06:06:67:81:0C:01:02:01");
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        var chain = new StringBuilder();
        for (var certificate : keys.getCertificateChain("localhost")) {
            chain.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        Files.writeString(work.resolve("cert.pem"), chain);
        Files.writeString(work.resolve("key.pem"), pem("PRIVATE KEY", key(keys)));

        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", keys.getCertificate("ca"));
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), managers.getTrustManagers(), null);
        return context;
    }

    private void keyPair(Path store, String alias, String name, String... extensions) throws Exception {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        var command = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-alias", alias, "-keyalg", "EC", "-groupname",
                "secp256r1", "-dname", name, "-keystore", store.toString(), "-storepass", new String(PASSWORD)));
        for (String extension : extensions) {
            command.addAll(List.of("-ext", extension));
        }
        if (!alias.equals("ca")) {
            command.addAll(List.of("-signer", "ca"));
        }
        Path output = work.resolve("keytool.log");
        var run = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        started.add(run);
        finish(run, "keytool", output);
    }

    /** PKCS#8 with the public half in it, as OpenSSL and ACME clients write a key; the JDK leaves it out. */
    private static byte[] key(KeyStore keys) throws Exception {
        var hex = HexFormat.of();
        String secret = hex.formatHex(keys.getKey("localhost", PASSWORD).getEncoded());
        String open = hex.formatHex(keys.getCertificate("localhost").getPublicKey().getEncoded());
        return hex.parseHex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420"
                + secret.substring(secret.length() - 2 * 32)
                + "a144034200"
                + open.substring(open.length() - 2 * 65));
    }

    private static String pem(String type, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }

    private String record(Path cache) {
        return "-XX:AOTMode=record -XX:AOTConfiguration=" + recording(cache);
    }

    private void command(String flags, String... arguments) throws Exception {
        Path output = work.resolve("command.log");
        finish(start(output, flags, arguments), String.join(" ", arguments), output);
    }

    private Process start(Path output, String flags, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(tree.resolve("bin/sluice").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.matches("KAMAL_PROXY_.*|DEBUG|HTTPS?_PORT|METRICS_PORT"));
        environment.put("HOME", work.toString());
        environment.put("XDG_RUNTIME_DIR", work.toString());
        environment.put("TMPDIR", work.toString());
        environment.put("SLUICE_JAVA_OPTS", flags);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static void finish(Process process, String what, Path output) throws Exception {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new Failed("`" + what + "` did not end within " + PATIENCE.toSeconds() + " s:\n" + tail(output));
        }
        if (process.exitValue() != 0) {
            throw new Failed("`" + what + "` ended with exit code " + process.exitValue() + ":\n" + tail(output));
        }
    }

    private String awaitReady(Process daemon) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (daemon.isAlive() && System.nanoTime() < deadline) {
            for (String line : Files.readAllLines(log)) {
                if (line.contains("\"Server started\"")) {
                    return line;
                }
            }
            daemon.waitFor(20, TimeUnit.MILLISECONDS);
        }
        throw new Failed("the daemon did not say `Server started`:\n" + tail(log));
    }

    private static int port(String line, String listener) throws Failed {
        var matcher = Pattern.compile("\"" + listener + "\":(\\d+)").matcher(line);
        if (!matcher.find()) {
            throw new Failed("no " + listener + " port in " + line);
        }
        return Integer.parseInt(matcher.group(1));
    }

    private static String tail(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    @Override
    public void close() throws IOException {
        backend.stop(0);
        started.forEach(Process::destroyForcibly);
        try (var files = Files.walk(work)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(Train::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A step that did not do what it should; the message says which and what was seen. */
    private static final class Failed extends Exception {
        Failed(String message) {
            super(message);
        }
    }
}
