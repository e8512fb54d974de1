package dev.sluice.reference;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.fixture.ReadMessages;
import dev.sluice.payload.Payload;
import dev.sluice.payload.Payloads;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests, and what is nearly one, read by Sluice and by Netty's codec behind its guards. */
class RequestDifferenceTest {
    private static final int MUTATIONS = 200;
    private static final int LONG = 3000;

    @Test
    void nothingIsTakenThatTheOtherRefusesAndNothingIsUnderstoodOtherwise() throws Exception {
        List<byte[]> seeds = Payloads.all().stream()
                .map(Payload::bytes)
                .filter(bytes -> bytes.length() < LONG)
                .map(bytes -> (bytes + "GET /next HTTP/1.1\r\nHost: app.test\r\n\r\n").getBytes(ISO_8859_1))
                .toList();
        Random random = new Random(9112);
        for (byte[] seed : seeds) {
            compare(seed);
            for (int i = 0; i < MUTATIONS; i++) {
                compare(Mutation.of(seed, seeds, random));
            }
        }
    }

    private static void compare(byte[] bytes) {
        Comparison.check(
                bytes, ReadMessages.requests(bytes, Integer.MAX_VALUE / 2).said, NettyMessages.requests(bytes));
    }
}
