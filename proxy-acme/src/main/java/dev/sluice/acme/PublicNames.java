package dev.sluice.acme;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which names a public authority can certify at all. Asking one for others only uses up its patience (RFC 6761, RFC
 * 6762, RFC 8375, and the CA/Browser Forum's rules).
 */
final class PublicNames {
    private static final List<String> RESERVED = List.of(
            "test",
            "localhost",
            "invalid",
            "example",
            "local",
            "internal",
            "lan",
            "home",
            "corp",
            "onion",
            "arpa",
            "example.com",
            "example.net",
            "example.org");

    private PublicNames() {}

    /** Why a public authority refuses the name, or null when it may well certify it. */
    static @Nullable String objection(String name) {
        InetAddress address = address(name);
        if (address != null) {
            boolean local = address.isLoopbackAddress()
                    || address.isSiteLocalAddress()
                    || address.isLinkLocalAddress()
                    || address.isAnyLocalAddress();
            return local ? "no public authority certifies the private address " + name + OWN : null;
        }
        if (name.indexOf('.') < 0) {
            return "no public authority certifies \"" + name + "\", which has no domain" + OWN;
        }
        for (String reserved : RESERVED) {
            if (name.equals(reserved) || name.endsWith("." + reserved)) {
                return "no public authority certifies names under ." + reserved + OWN;
            }
        }
        return null;
    }

    private static final String OWN = "; use an authority of your own (run --acme-directory) or your own certificate";

    /** Whether the authority is the operator's own, by where it is. */
    static boolean ownAuthority(String directory) {
        String host = URI.create(directory).getHost();
        return host == null || objection(host.startsWith("[") ? host.substring(1, host.length() - 1) : host) != null;
    }

    static @Nullable InetAddress address(String name) {
        if (!NetUtil.isValidIpV4Address(name) && !NetUtil.isValidIpV6Address(name)) {
            return null;
        }
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
