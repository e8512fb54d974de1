package dev.sluice.net;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Names of fields in lower case, as HTTP/2 and HTTP/3 have them (RFC 9113 8.2.1). Keeps those that come again. */
final class LowerCaseNames {
    private static final int NAMES = 256;
    private static final int LONGEST = 40;
    // Threads may overwrite one another's: each finds a right one or none, since none ever changes.
    private static final @Nullable AsciiString[] KNOWN = new AsciiString[NAMES];

    private LowerCaseNames() {}

    static AsciiString of(CharSequence name) {
        if (name.length() > LONGEST) {
            return AsciiString.of(name).toLowerCase();
        }
        // Of letters in either case the same.
        int hash = AsciiString.hashCode(name);
        int slot = (hash ^ hash >>> 8 ^ hash >>> 16) & (NAMES - 1);
        AsciiString known = KNOWN[slot];
        if (known == null || !AsciiString.contentEqualsIgnoreCase(known, name)) {
            known = AsciiString.of(name).toLowerCase();
            KNOWN[slot] = known;
        }
        return known;
    }
}
