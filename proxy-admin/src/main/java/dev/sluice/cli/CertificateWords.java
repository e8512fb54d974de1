package dev.sluice.cli;

import dev.sluice.admin.client.JsonObject;

/** How certificates stand, in a line for each name. */
final class CertificateWords {

    private CertificateWords() {}

    /** Such as {@code app.example.com: certificate by Let's Encrypt R11 until 2026-03-01T00:00:00Z, next ...}. */
    static String of(JsonObject certificate) {
        String name = certificate.text("name");
        String error = Printable.of(certificate.text("error"));
        String next = certificate.text("next_attempt");
        String until = certificate.text("not_after");
        String words = switch (certificate.text("state")) {
            case "valid" ->
                "certificate by " + Printable.of(certificate.text("issuer")) + " until " + until
                        + (next.isEmpty() ? "" : ", renewal at " + next);
            case "ordering" -> "certificate is being obtained";
            case "expiring" ->
                "certificate by " + Printable.of(certificate.text("issuer")) + " EXPIRES SOON, at " + until;
            case "wrong_name" ->
                "CERTIFICATE IS FOR OTHER NAMES, by " + Printable.of(certificate.text("issuer")) + " until " + until;
            case "expired" -> "CERTIFICATE EXPIRED at " + until + (next.isEmpty() ? "" : ", next attempt at " + next);
            default -> "no certificate" + (next.isEmpty() ? "" : ", next attempt at " + next);
        };
        return name + ": " + words + (error.isEmpty() ? "" : ": " + error);
    }
}
