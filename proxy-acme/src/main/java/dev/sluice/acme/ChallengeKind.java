package dev.sluice.acme;

import java.util.Arrays;

/** The ways in which names are proved to an authority, under the names that it gives them. */
enum ChallengeKind {
    HTTP_01("http-01"),
    TLS_ALPN_01("tls-alpn-01"),
    DNS_01("dns-01"),
    /** By a record that the operator makes once (draft-ietf-acme-dns-persist). */
    DNS_PERSIST_01("dns-persist-01");

    private final String type;

    ChallengeKind(String type) {
        this.type = type;
    }

    /** The one of this type, which is known. */
    static ChallengeKind of(String type) {
        return Arrays.stream(values())
                .filter(kind -> kind.type.equals(type))
                .findFirst()
                .orElseThrow();
    }

    String type() {
        return type;
    }
}
