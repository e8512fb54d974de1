package dev.sluice.acme;

import java.net.Inet4Address;
import java.net.InetAddress;

/** The name that stands for an IP address in DNS (RFC 1035 3.5, RFC 3596 2.5), and in handshakes by RFC 8738 6. */
final class ReverseName {

    private ReverseName() {}

    static String of(InetAddress address) {
        byte[] bytes = address.getAddress();
        StringBuilder name = new StringBuilder();
        boolean four = address instanceof Inet4Address;
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (four) {
                name.append(bytes[i] & 0xff).append('.');
            } else {
                name.append(Character.forDigit(bytes[i] & 0xf, 16))
                        .append('.')
                        .append(Character.forDigit((bytes[i] >> 4) & 0xf, 16))
                        .append('.');
            }
        }
        return name.append(four ? "in-addr.arpa" : "ip6.arpa").toString();
    }
}
