package dev.sluice.acme;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.toolbox.JSON;

/**
 * An authority that believes everything and does what Pebble of this age cannot: renewal advice, profiles, rate limits,
 * accounts that are forgotten. Plain HTTP on the loopback interface; signatures are not checked.
 */
final class FakeAuthority implements AutoCloseable {
    final List<JSON> orders = new ArrayList<>();
    final List<JSON> accounts = new ArrayList<>();
    final AtomicInteger advised = new AtomicInteger();
    volatile Duration life = Duration.ofDays(6);
    volatile int rateLimitedForSeconds;
    volatile @Nullable String window;
    volatile boolean profiles;
    volatile boolean bindings;
    /** The name that it goes by in records that prove names for good; when it is set, they are what it prefers. */
    volatile @Nullable String persistent;
    /** Whether the directory tells it too. */
    volatile boolean persistentInDirectory = true;
    /** The types of the challenges that were answered. */
    final List<String> answered = new CopyOnWriteArrayList<>();

    private final Map<String, String> certificates = new ConcurrentHashMap<>();
    private final Map<String, Boolean> proved = new ConcurrentHashMap<>();
    private final Map<String, String> known = new ConcurrentHashMap<>();
    private final AtomicInteger nonces = new AtomicInteger();
    private final HttpServer server;
    private final KeyPair key;

    FakeAuthority() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        key = generator.generateKeyPair();
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    String directory() {
        return base() + "/dir";
    }

    private String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Forgets all accounts. */
    void forget() {
        known.clear();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try {
            String path = exchange.getRequestURI().getPath();
            exchange.getResponseHeaders().set("Replay-Nonce", "n" + nonces.incrementAndGet());
            if (path.equals("/dir")) {
                answer(exchange, 200, directoryText());
            } else if (path.equals("/nonce")) {
                answer(exchange, 200, "");
            } else if (path.startsWith("/ari/")) {
                advised.incrementAndGet();
                exchange.getResponseHeaders().set("Retry-After", "7200");
                answer(exchange, 200, "{\"suggestedWindow\":" + window + "}");
            } else {
                signed(exchange, path);
            }
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private String directoryText() {
        List<String> fields = new ArrayList<>();
        for (String resource : List.of("newNonce /nonce", "newAccount /account", "newOrder /order")) {
            String[] parts = resource.split(" ");
            fields.add("\"" + parts[0] + "\":\"" + base() + parts[1] + "\"");
        }
        if (window != null) {
            fields.add("\"renewalInfo\":\"" + base() + "/ari\"");
        }
        List<String> meta = new ArrayList<>();
        if (profiles) {
            meta.add("\"profiles\":{\"shortlived\":\"six days\"}");
        }
        if (persistent != null && persistentInDirectory) {
            meta.add("\"caaIdentities\":[\"" + persistent + "\"]");
        }
        fields.add("\"meta\":{" + String.join(",", meta) + "}");
        return "{" + String.join(",", fields) + "}";
    }

    private void signed(HttpExchange exchange, String path) throws Exception {
        JSON jws = JSON.parse(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        JSON header = decoded(jws, "protected");
        String text =
                new String(Base64.getUrlDecoder().decode(jws.get("payload").asString()), StandardCharsets.UTF_8);
        JSON payload = text.isEmpty() ? JSON.empty() : JSON.parse(text);
        if (path.equals("/account")) {
            account(exchange, header, payload);
        } else if (!known.containsValue(header.get("kid").asString())) {
            problem(exchange, 400, "accountDoesNotExist", "who are you?");
        } else {
            String id = path.substring(path.lastIndexOf('/') + 1);
            switch (path.split("/")[1]) {
                case "order" -> order(exchange, payload);
                case "orders" -> answer(exchange, 200, orderText(id));
                case "authz" -> answer(exchange, 200, authorizationText(id));
                case "chall" -> {
                    proved.put(id, true);
                    answered.add("http-01");
                    answer(exchange, 200, challengeText(id));
                }
                case "persist" -> {
                    proved.put(id, true);
                    answered.add("dns-persist-01");
                    answer(exchange, 200, persistentText(id));
                }
                case "finalize" -> {
                    certificates.put(id, issue(payload.get("csr").asBinary()));
                    answer(exchange, 200, orderText(id));
                }
                default -> {
                    exchange.getResponseHeaders().set("Content-Type", "application/pem-certificate-chain");
                    answer(exchange, 200, String.valueOf(certificates.get(id)));
                }
            }
        }
    }

    private static JSON decoded(JSON jws, String field) {
        return JSON.parse(
                new String(Base64.getUrlDecoder().decode(jws.get(field).asString()), StandardCharsets.UTF_8));
    }

    private void account(HttpExchange exchange, JSON header, JSON payload) throws IOException {
        if (bindings && !payload.contains("externalAccountBinding")) {
            problem(exchange, 403, "externalAccountRequired", "customers only");
            return;
        }
        accounts.add(payload);
        String location = known.computeIfAbsent(
                header.get("jwk").asObject().toString(), _ -> base() + "/accounts/" + accounts.size());
        exchange.getResponseHeaders().set("Location", location);
        answer(exchange, 201, "{\"status\":\"valid\"}");
    }

    private void order(HttpExchange exchange, JSON payload) throws IOException {
        if (rateLimitedForSeconds > 0) {
            exchange.getResponseHeaders().set("Retry-After", Integer.toString(rateLimitedForSeconds));
            problem(exchange, 429, "rateLimited", "too many certificates for this name");
            return;
        }
        orders.add(payload);
        String id = Integer.toString(orders.size() - 1);
        exchange.getResponseHeaders().set("Location", base() + "/orders/" + id);
        answer(exchange, 201, orderText(id));
    }

    private String orderText(String id) {
        String identifiers = orders.get(Integer.parseInt(id)).get("identifiers").asArray().stream()
                .map(i -> i.asObject().toString())
                .collect(Collectors.joining(","));
        boolean done = certificates.containsKey(id);
        String status = done ? "valid" : proved.containsKey(id) ? "ready" : "pending";
        return "{\"status\":\"" + status + "\",\"identifiers\":[" + identifiers + "],\"authorizations\":[\"" + base()
                + "/authz/" + id + "\"],\"finalize\":\"" + base() + "/finalize/" + id + "\""
                + (done ? ",\"certificate\":\"" + base() + "/cert/" + id + "\"" : "") + "}";
    }

    private String authorizationText(String id) {
        String first = orders.get(Integer.parseInt(id)).get("identifiers").asArray().stream()
                .map(i -> i.asObject().toString())
                .findFirst()
                .orElseThrow();
        boolean wildcard = first.contains("*.");
        return "{\"status\":\"" + (proved.containsKey(id) ? "valid" : "pending") + "\",\"identifier\":"
                + first.replace("*.", "") + (wildcard ? ",\"wildcard\":true" : "") + ",\"challenges\":["
                + (wildcard ? "" : challengeText(id)) + (persistent == null || wildcard ? "" : ",")
                + (persistent == null ? "" : persistentText(id)) + "]}";
    }

    private String persistentText(String id) {
        return "{\"type\":\"dns-persist-01\",\"status\":\"" + (proved.containsKey(id) ? "valid" : "pending")
                + "\",\"url\":\"" + base() + "/persist/" + id + "\",\"issuer-domain-names\":[\"" + persistent + "\"]}";
    }

    private String challengeText(String id) {
        return "{\"type\":\"http-01\",\"status\":\"" + (proved.containsKey(id) ? "valid" : "pending") + "\",\"url\":\""
                + base() + "/chall/" + id + "\",\"token\":\"dG9rZW4tdG9rZW4tdG9rZW4tdG9rZW4\"}";
    }

    private String issue(byte[] csr) throws Exception {
        JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(csr);
        Instant now = Instant.now().minusSeconds(60);
        Extensions wanted =
                Extensions.getInstance(request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0]
                        .getAttrValues()
                        .getObjectAt(0));
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=Fake Authority"),
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now),
                Date.from(now.plus(life)),
                new X500Name("CN=x"),
                request.getPublicKey());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                GeneralNames.fromExtensions(wanted, Extension.subjectAlternativeName));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(key.getPublic()));
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        return CertificateText.block("CERTIFICATE", certificate.getEncoded());
    }

    private static void problem(HttpExchange exchange, int status, String type, String detail) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
        answer(
                exchange,
                status,
                "{\"type\":\"urn:ietf:params:acme:error:" + type + "\",\"detail\":\"" + detail + "\"}");
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        if (!exchange.getResponseHeaders().containsKey("Content-Type")) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
        }
        boolean bodiless = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bodiless ? -1 : body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            if (!bodiless) {
                out.write(body);
            }
        }
    }
}
