package dev.sluice.admin.api;

import dev.sluice.service.ControlFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the API.
 *
 * @param path as in the document: {@code /v1/services/{name}}
 */
record Route(String method, String path, Handler handler) {
    private static final String NAME = "{name}";

    /** Plain blocking code on the request's virtual thread. */
    @FunctionalInterface
    interface Handler {
        Answer handle(Call call) throws RequestFailure, ControlFailure, InterruptedException;
    }

    /** The service name in a path that is this route's, empty where the route has none; null for any other path. */
    @Nullable
    String match(List<String> segments) {
        String[] pattern = path.substring(1).split("/");
        if (pattern.length != segments.size()) {
            return null;
        }
        String name = "";
        for (int i = 0; i < pattern.length; i++) {
            String segment = segments.get(i);
            if (pattern[i].equals(NAME)) {
                name = segment;
            } else if (!pattern[i].equals(segment)) {
                return null;
            }
        }
        return name.isEmpty() && path.contains(NAME) ? null : name;
    }
}
