package dev.sluice.acme;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.toolbox.JSON;

/**
 * The TXT record that proves a name to an authority for good (dns-persist-01, draft-ietf-acme-dns-persist-02). The
 * operator makes it once; it is only read here.
 *
 * @param domain without the asterisk of a wildcard
 * @param issuers the names that the authority goes by, any of which the record may have; not empty
 * @param accounts the URIs of this server's account, any of which it may have; not empty
 * @param wildcard whether names below the domain are to be proved too
 */
record PersistentRecord(String domain, List<String> issuers, List<String> accounts, boolean wildcard) {
    private static final int MOST_ISSUERS = 10;

    /**
     * As the authority wants it in its challenge.
     *
     * @throws OrderFailed when the challenge is not as the draft has it
     */
    static PersistentRecord of(String domain, Challenge challenge, Login login, boolean wildcard) throws OrderFailed {
        JSON json = challenge.getJSON();
        List<String> issuers = json.get("issuer-domain-names").asArray().stream()
                .map(JSON.Value::asString)
                .toList();
        if (issuers.isEmpty() || issuers.size() > MOST_ISSUERS) {
            throw new OrderFailed("the authority's dns-persist-01 challenge names no issuer, or too many", true, null);
        }
        List<String> accounts = new ArrayList<>();
        json.get("accounturi").map(JSON.Value::asString).ifPresent(accounts::add);
        accounts.add(login.getAccountLocation().toString());
        return new PersistentRecord(domain, issuers, accounts, wildcard);
    }

    /** Where the record belongs. */
    String name() {
        return "_validation-persist." + domain + ".";
    }

    /** What it is to say (the issue-value of RFC 8659 4.2). */
    String value() {
        return issuers.getFirst() + "; accounturi=" + accounts.getFirst() + (wildcard ? "; policy=wildcard" : "");
    }

    /** Whether a record with this text proves the name at this moment. */
    boolean provedBy(String text, Instant now) {
        List<String> parts =
                Arrays.stream(text.split(";", -1)).map(String::strip).toList();
        boolean account = false;
        boolean below = false;
        for (String part : parts.subList(1, parts.size())) {
            int equals = part.indexOf('=');
            String tag = equals < 0 ? "" : part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
            String value = part.substring(equals + 1).strip();
            switch (tag) {
                case "accounturi" -> account = accounts.contains(value);
                case "policy" -> below = value.equalsIgnoreCase("wildcard");
                case "persistuntil" -> {
                    if (!lasts(value, now)) {
                        return false;
                    }
                }
                default -> {} // to be ignored, says the draft
            }
        }
        return account
                && (below || !wildcard)
                && issuers.contains(parts.getFirst().toLowerCase(Locale.ROOT));
    }

    private static boolean lasts(String seconds, Instant now) {
        try {
            return Instant.ofEpochSecond(Long.parseLong(seconds)).isAfter(now);
        } catch (NumberFormatException | DateTimeException e) {
            return false;
        }
    }

    /** For the operator: what there has to be. */
    String wish() {
        return "make the TXT record " + name() + " with the text \"" + value()
                + "\" and leave it there: it proves the name for good";
    }
}
