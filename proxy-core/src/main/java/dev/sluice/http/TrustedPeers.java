package dev.sluice.http;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of addresses, given as networks (CIDR), single addresses, and names for well-known networks. An address is two
 * longs here, IPv4 in its IPv6 form (RFC 4291 2.5.5.2), so that looking one up is a few comparisons. Immutable.
 */
public final class TrustedPeers {
    private static final Map<String, List<String>> NAMED = Map.of(
            "loopback", List.of("127.0.0.0/8", "::1/128"),
            "private", List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
            "linklocal", List.of("169.254.0.0/16", "fe80::/10"),
            "shared", List.of("100.64.0.0/10"));

    private static final long IPV4 = 0xffff_0000_0000L;
    private static final int IPV4_PREFIX = 96;

    private final List<Network> networks;

    private record Network(long high, long low, long highMask, long lowMask) {
        boolean contains(long addressHigh, long addressLow) {
            return (addressHigh & highMask) == high && (addressLow & lowMask) == low;
        }
    }

    private TrustedPeers(List<Network> networks) {
        this.networks = networks;
    }

    /**
     * @param items such as {@code 192.0.2.0/24}, {@code 2001:db8::1}, {@code private}
     * @throws IllegalArgumentException when one is none of these; the message names it
     */
    public static TrustedPeers of(List<String> items) {
        List<Network> networks = new ArrayList<>();
        for (String item : items) {
            for (String network : NAMED.getOrDefault(item, List.of(item))) {
                networks.add(network(network));
            }
        }
        return new TrustedPeers(List.copyOf(networks));
    }

    private static Network network(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" is no address, no network such as 10.0.0.0/8, and none of private, loopback, linklocal, shared");
        }
        int bits = 8 * address.length;
        int prefix = slash < 0 ? bits : prefix(text.substring(slash + 1), bits, text);
        int from = address.length == 4 ? IPV4_PREFIX + prefix : prefix;
        long highMask = mask(Math.min(from, 64));
        long lowMask = mask(Math.max(from - 64, 0));
        if ((high(address) & ~highMask) != 0 || (low(address) & ~lowMask) != 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has address bits behind its prefix: is it another network that is meant?");
        }
        return new Network(high(address), low(address), highMask, lowMask);
    }

    private static int prefix(String text, int most, String whole) {
        try {
            int prefix = Integer.parseUnsignedInt(text);
            if (prefix >= 0 && prefix <= most) {
                return prefix;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + whole + "\" has a prefix that is no number", e);
        }
        throw new IllegalArgumentException("\"" + whole + "\" has a prefix longer than " + most);
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    /** Whether this IP address, without brackets or a port, is one of them; what is no address is not. */
    public boolean contains(String address) {
        byte[] bytes = bytes(address);
        return bytes != null && contains(bytes);
    }

    /** Whether the address of 4 or 16 bytes is one of them. */
    public boolean contains(byte[] address) {
        long high = high(address);
        long low = low(address);
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).contains(high, low)) {
                return true;
            }
        }
        return false;
    }

    /** The bytes of an IP address in its usual text form; null for everything else, brackets and zones included. */
    static byte @Nullable [] bytes(String address) {
        return address.indexOf('[') >= 0 || address.indexOf('%') >= 0
                ? null
                : NetUtil.createByteArrayFromIpAddressString(address);
    }

    private static long high(byte[] address) {
        return address.length == 4 ? 0 : word(address, 0, 8);
    }

    private static long low(byte[] address) {
        return address.length == 4 ? IPV4 | word(address, 0, 4) : word(address, 8, 8);
    }

    private static long word(byte[] bytes, int from, int length) {
        long word = 0;
        for (int i = from; i < from + length; i++) {
            word = word << 8 | (bytes[i] & 0xff);
        }
        return word;
    }
}
