package dev.sluice.acme;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The URL or path of an on-demand check with the host as a parameter: the others are kept, sorted and encoded anew. */
public final class CheckUrl {
    private static final String HOST = "host";

    private CheckUrl() {}

    /** Puts {@code host=} into the query, in the place of one that is there. */
    public static String withHost(String url, String host) {
        int fragment = url.indexOf('#');
        String whole = fragment < 0 ? url : url.substring(0, fragment);
        int question = whole.indexOf('?');
        Map<String, List<String>> parameters = parse(question < 0 ? "" : whole.substring(question + 1));
        parameters.put(HOST, List.of(host));
        StringBuilder out = new StringBuilder(question < 0 ? whole : whole.substring(0, question));
        char before = '?';
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            for (String value : parameter.getValue()) {
                out.append(before)
                        .append(encode(parameter.getKey()))
                        .append('=')
                        .append(encode(value));
                before = '&';
            }
        }
        return out.toString();
    }

    // As Go does: a part with a semicolon or a bad escape is left out.
    private static Map<String, List<String>> parse(String query) {
        Map<String, List<String>> parameters = new TreeMap<>();
        for (String part : query.split("&", -1)) {
            if (part.isEmpty() || part.indexOf(';') >= 0) {
                continue;
            }
            int equals = part.indexOf('=');
            try {
                String name = decode(equals < 0 ? part : part.substring(0, equals));
                String value = equals < 0 ? "" : decode(part.substring(equals + 1));
                parameters.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
            } catch (IllegalArgumentException e) {
                continue;
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    // The JDK's encoding differs from Go's in two characters.
    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
