package dev.sluice.daemon;

import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Let's Encrypt's authority for tests, and its DNS server, in which every name is this machine: two processes on free
 * ports of the loopback interface. It rejects a part of the nonces.
 */
final class Pebble implements AutoCloseable {
    private static final String PROGRAM = "pebble";
    private static final String DNS_PROGRAM = "pebble-challtestsrv";

    final Path root;
    final String directory;
    final int dnsPort;
    final int dnsManagementPort;
    private final int managementPort;
    private final HttpClient client;
    private final List<Process> processes = new ArrayList<>();

    /** Whether both programs are installed (Debian's package pebble). */
    static boolean installed() {
        return found(PROGRAM) && found(DNS_PROGRAM);
    }

    private static boolean found(String program) {
        for (String directory : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }

    /**
     * @param httpPort where names are checked by http-01
     * @param tlsPort where they are by tls-alpn-01
     * @param environment Pebble's further settings
     */
    Pebble(Path work, int httpPort, int tlsPort, Map<String, String> environment) throws Exception {
        X509Bundle own = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        root = Files.writeString(work.resolve("pebble.pem"), own.getCertificatePEM());
        Path key = Files.writeString(work.resolve("pebble.key"), own.getPrivateKeyPEM());
        int port = freePort();
        managementPort = freePort();
        dnsPort = freePort();
        dnsManagementPort = freePort();
        directory = "https://localhost:" + port + "/dir";
        Path configuration = Files.writeString(
                work.resolve("pebble.json"), """
                {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
                "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": %d}}
                """.formatted(port, managementPort, root, key, httpPort, tlsPort));
        start(
                work.resolve("dns.log"),
                Map.of(),
                DNS_PROGRAM,
                "-defaultIPv6",
                "",
                "-dns01",
                "127.0.0.1:" + dnsPort,
                "-management",
                "127.0.0.1:" + dnsManagementPort,
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "");
        Map<String, String> settings = new java.util.HashMap<>(
                Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_WFE_NONCEREJECT", "20", "PEBBLE_AUTHZREUSE", "0"));
        settings.putAll(environment);
        start(
                work.resolve("pebble.log"),
                settings,
                PROGRAM,
                "-config",
                configuration.toString(),
                "-dnsserver",
                "127.0.0.1:" + dnsPort);
        client = client(own);
        awaitPort(port);
        awaitPort(dnsManagementPort);
    }

    private void start(Path log, Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        processes.add(builder.start());
    }

    private static void awaitPort(int port) {
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            }
        });
    }

    private static HttpClient client(X509Bundle own) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("pebble", own.getCertificate());
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    /** The root that issued certificates come from, in a file. */
    Path issuingRoot(Path work) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + managementPort + "/roots/0"))
                .build();
        String pem = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return Files.writeString(work.resolve("issued-by.pem"), pem);
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
