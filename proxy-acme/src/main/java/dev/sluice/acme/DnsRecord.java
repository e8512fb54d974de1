package dev.sluice.acme;

/**
 * A record of DNS, as far as it is needed here.
 *
 * @param name absolute, in lower case, with a dot at its end
 * @param text what it says: the name of NS and CNAME, the address of A and AAAA, the strings of TXT joined; else empty
 */
record DnsRecord(String name, int type, String text) {
    static final int A = 1;
    static final int NS = 2;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int TXT = 16;
    static final int AAAA = 28;
}
