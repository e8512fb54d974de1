package dev.sluice.acme;

/** The ways in which names are proved to an authority, under the names that it gives them. */
enum ChallengeKind {
    HTTP_01("http-01"),
    TLS_ALPN_01("tls-alpn-01"),
    DNS_01("dns-01");

    private final String type;

    ChallengeKind(String type) {
        this.type = type;
    }

    String type() {
        return type;
    }
}
