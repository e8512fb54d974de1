package dev.sluice.http;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Request ids: random UUIDs of version 4 (RFC 9562). They tell requests apart; they are no secret. */
public final class RequestIds {

    private RequestIds() {}

    /** A new id as text. */
    public static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long version = (random.nextLong() & 0xffff_ffff_ffff_0fffL) | 0x4000L;
        long variant = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(version, variant).toString();
    }
}
