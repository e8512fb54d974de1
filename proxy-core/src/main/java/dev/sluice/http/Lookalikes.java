package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Names of fields that only look like those an application trusts: {@code X_Real_IP}. Gateways of the CGI kind (Rack,
 * WSGI, PHP) make one variable of both, so a client could say what the proxy vouches for.
 */
public final class Lookalikes {
    private static final Set<String> TRUSTED = Set.of(
            "connection",
            "forwarded",
            "host",
            "proxy",
            "transfer-encoding",
            "x-kamal-target",
            "x-real-ip",
            "x-request-id",
            "x-request-start");
    private static final List<String> TRUSTED_FAMILIES = List.of("content-", "x-forwarded-");

    private Lookalikes() {}

    /**
     * Removes them from a request; other names with such marks stay.
     *
     * @param clientIpHeader one more that is trusted, which may have such marks itself; empty for none
     */
    public static void remove(HttpHeaders request, String clientIpHeader) {
        List<CharSequence> found = List.of();
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = request.iteratorCharSequence();
        while (fields.hasNext()) {
            CharSequence name = fields.next().getKey();
            if (odd(name) && looksTrusted(name, clientIpHeader)) {
                if (found.isEmpty()) {
                    found = new ArrayList<>();
                }
                found.add(name);
            }
        }
        found.forEach(request::remove);
    }

    /** The name in small letters, with a hyphen for whatever is neither letter nor digit. */
    static String plain(CharSequence name) {
        StringBuilder plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            plain.append(wordly(c) ? c : '-');
        }
        return plain.toString().toLowerCase(Locale.ROOT);
    }

    private static boolean looksTrusted(CharSequence name, String another) {
        String plain = plain(name);
        return trusted(plain) || (plain.equals(plain(another)) && !another.equalsIgnoreCase(name.toString()));
    }

    private static boolean trusted(String plain) {
        return TRUSTED.contains(plain) || TRUSTED_FAMILIES.stream().anyMatch(plain::startsWith);
    }

    private static boolean odd(CharSequence name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '-' && !wordly(c)) {
                return true;
            }
        }
        return false;
    }

    private static boolean wordly(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
