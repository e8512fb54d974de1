package dev.sluice.http;

import org.jspecify.annotations.Nullable;

/** Where a request is redirected to before any target sees it: to https, to the canonical host, or both in one hop. */
public final class Redirects {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private Redirects() {}

    /**
     * The Location of the redirect, or null when the request is where it belongs.
     *
     * @param toHttps whether plain HTTP is redirected
     * @param canonical the host that others are redirected to; empty for none
     * @param secure whether the request came over TLS
     * @param hostHeader as received, valid
     * @param originForm path and query as received, before stripping
     * @param httpPort the port plain HTTP is served on
     * @param httpsPort the port HTTPS is served on
     */
    public static @Nullable String location(
            boolean toHttps,
            String canonical,
            boolean secure,
            String hostHeader,
            String originForm,
            int httpPort,
            int httpsPort) {
        boolean upgraded = toHttps && !secure;
        boolean moved = !canonical.isEmpty() && !HostName.normalise(canonical).equals(HostName.normalise(hostHeader));
        if (!upgraded && !moved) {
            return null;
        }
        int colon = portColon(hostHeader);
        String clientPort = hostHeader.substring(colon);
        String host = moved ? bracketed(canonical) : hostHeader.substring(0, colon);
        String port = upgraded ? httpsPortFor(clientPort, httpPort, httpsPort) : clientPort;
        boolean named = portColon(host) < host.length();
        String scheme = (secure || upgraded) ? "https://" : "http://";
        return scheme + host + (named ? "" : port) + originForm;
    }

    // A client that came to another port than the one served is behind a port mapping, where the port of the outside is
    // not known here: then the usual one is the better guess.
    private static String httpsPortFor(String clientPort, int httpPort, int httpsPort) {
        boolean usual = clientPort.isEmpty() || clientPort.equals(":");
        boolean direct = usual ? httpPort == HTTP : clientPort.equals(":" + httpPort);
        return httpsPort == HTTPS || !direct ? "" : ":" + httpsPort;
    }

    // Where the port starts, at its colon; the end when there is none.
    private static int portColon(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean only = authority.indexOf(':') == colon;
        boolean port = colon > 0 && (only || authority.charAt(colon - 1) == ']');
        return port ? colon : authority.length();
    }

    private static String bracketed(String host) {
        boolean bareV6 = host.indexOf(':') != host.lastIndexOf(':') && host.charAt(0) != '[';
        return bareV6 ? "[" + host + "]" : host;
    }

    /** The body for a GET: a link for people whose client does not follow. */
    public static String body(String location) {
        return "<a href=\"" + HtmlText.escape(location) + "\">Moved Permanently</a>.\n\n";
    }
}
