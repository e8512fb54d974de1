package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.ProblemType;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request, split and then decoded, so that an encoded slash belongs to a name.
 *
 * @param segments of {@code /v1/services}: {@code v1}, {@code services}
 */
record RequestTarget(String path, List<String> segments) {

    /**
     * @throws RequestFailure when it is not a path, is badly encoded, or has query parameters (nothing here takes any)
     */
    static RequestTarget parse(String target) throws RequestFailure {
        if (!target.startsWith("/")) {
            throw bad("the request target must be a path that begins with a slash");
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question + 1);
        if (!query.isEmpty()) {
            throw bad("there are no query parameters here: unknown parameter " + query.split("[=&]", 2)[0]);
        }
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(1).split("/", -1)) {
            segments.add(decoded(segment));
        }
        return new RequestTarget(path, List.copyOf(segments));
    }

    private static String decoded(String segment) throws RequestFailure {
        if (!segment.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw bad("the path is not percent-encoded UTF-8");
        }
        try {
            // The JDK decodes forms, where a plus is a space; in a path it is a plus.
            String text = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
            if (text.indexOf('\uFFFD') < 0) {
                return text;
            }
        } catch (IllegalArgumentException _) {
            // Told below, together with what does not decode to text.
        }
        throw bad("the path is not percent-encoded UTF-8");
    }

    private static RequestFailure bad(String why) {
        return new RequestFailure(ProblemType.BAD_REQUEST, why);
    }
}
