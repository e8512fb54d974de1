package dev.sluice.admin.api.dto;

import dev.sluice.http.RequestTarget;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.GoDuration;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of request fields: what was given, or the default, within the range that makes sense. */
final class Fields {

    private Fields() {}

    static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    /** A duration of 0 or more. */
    static Duration duration(String field, @Nullable Duration given, Duration otherwise) throws InvalidField {
        Duration value = or(given, otherwise);
        if (value.isNegative()) {
            throw new InvalidField(field, "must be 0 or more, but is " + GoDuration.format(value));
        }
        return value;
    }

    /** A size in bytes, 0 or more. */
    static long bytes(String field, @Nullable Long given, long otherwise) throws InvalidField {
        long value = or(given, otherwise);
        if (value < 0) {
            throw new InvalidField(field, "must be 0 or more bytes, but is " + value);
        }
        return value;
    }

    /** A TCP port; 0 and less stand for "not another one". */
    static int port(String field, @Nullable Integer given, int otherwise) throws InvalidField {
        int value = or(given, otherwise);
        if (value > 65535) {
            throw new InvalidField(field, "must be at most 65535, but is " + value);
        }
        return value;
    }

    /** A number of checks in a row, 1 or more. */
    static int threshold(String field, @Nullable Integer given, int otherwise) throws InvalidField {
        int value = or(given, otherwise);
        if (value < 1) {
            throw new InvalidField(field, "must be 1 or more, but is " + value);
        }
        return value;
    }

    /** A version of the PROXY protocol, by its name. */
    static ProxyProtocol proxyProtocol(String field, @Nullable String given, ProxyProtocol otherwise)
            throws InvalidField {
        if (given == null) {
            return otherwise;
        }
        return ProxyProtocol.named(given)
                .orElseThrow(() -> new InvalidField(field, "must be none, v1 or v2, but is \"" + given + "\""));
    }

    /** A path of plain characters, as it stands in a request; empty for none. */
    static String path(String field, String given) throws InvalidField {
        if (!given.isEmpty() && !RequestTarget.plainPath(given)) {
            throw new InvalidField(
                    field, "must be a path such as /balancer, without a query, but is \"" + given + "\"");
        }
        return given;
    }

    /** The targets of a deploy: one at least. */
    static List<String> targets(@Nullable List<String> given) throws InvalidField {
        if (given == null || given.isEmpty()) {
            throw new InvalidField("targets", "at least one target is required, such as \"web:3000\"");
        }
        return given;
    }

    /** A URL with a host, by http or https. */
    static String httpUrl(String field, String given) throws InvalidField {
        try {
            URI uri = URI.create(given);
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return given;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidField(field, "is no URL: " + e.getMessage());
        }
        throw new InvalidField(field, "must be a URL such as https://ca.example.com/directory, but is " + given);
    }
}
