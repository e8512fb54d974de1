package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetryTokensTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 1000);
    private static final byte[] ORIGINAL = {1, 2, 3, 4, 5, 6, 7, 8};

    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final RetryTokens tokens = new RetryTokens(clock::get);

    private byte[] made() {
        ByteBuf out = Unpooled.buffer();
        assertThat(tokens.writeToken(out, Unpooled.wrappedBuffer(ORIGINAL), CLIENT))
                .isTrue();
        byte[] token = new byte[out.readableBytes()];
        out.readBytes(token);
        return token;
    }

    private boolean valid(byte[] token, InetSocketAddress address) {
        return valid(tokens, token, address, 20);
    }

    private static boolean valid(RetryTokens by, byte[] token, InetSocketAddress address, int idLength) {
        return by.validateToken(Unpooled.wrappedBuffer(token), address, Unpooled.wrappedBuffer(new byte[idLength]))
                .isValid();
    }

    @Test
    void aTokenIsGoodForItsAddressAndTellsTheOriginalId() {
        byte[] token = made();
        assertThat(valid(token, CLIENT)).isTrue();
        int offset = tokens.validateToken(Unpooled.wrappedBuffer(token), CLIENT);
        assertThat(token).endsWith(ORIGINAL).hasSize(offset + ORIGINAL.length);
        assertThat(token.length).isLessThanOrEqualTo(tokens.maxTokenLength());
    }

    @Test
    void anotherAddressOrPortIsRefused() {
        byte[] token = made();
        assertThat(valid(token, new InetSocketAddress("192.0.2.2", 1000))).isFalse();
        assertThat(valid(token, new InetSocketAddress("192.0.2.1", 1001))).isFalse();
        assertThat(valid(token, new InetSocketAddress("2001:db8::1", 1000))).isFalse();
    }

    @Test
    void itIsGoodForAMoment() {
        byte[] token = made();
        clock.addAndGet(RetryTokens.VALIDITY.toMillis());
        assertThat(valid(token, CLIENT)).isTrue();
        clock.addAndGet(1);
        assertThat(valid(token, CLIENT)).isFalse();
        clock.set(0);
        assertThat(valid(token, CLIENT)).isFalse();
    }

    @Test
    void everyBitCounts() {
        for (int bit = 0; bit < made().length * 8; bit++) {
            byte[] token = made();
            token[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(valid(token, CLIENT)).as("bit %d", bit).isFalse();
        }
    }

    @Test
    void anotherProxysTokenIsRefused() {
        assertThat(valid(new RetryTokens(clock::get), made(), CLIENT, 20)).isFalse();
    }

    @Test
    void aTokenOfAnotherLengthIsRefused() {
        assertThat(valid(new byte[0], CLIENT)).isFalse();
        assertThat(valid(new byte[39], CLIENT)).isFalse();
        assertThat(valid(new byte[1000], CLIENT)).isFalse();
    }

    @Test
    void anIdThatWasNotGivenOutIsRefused() {
        assertThat(valid(tokens, made(), CLIENT, 8)).isFalse();
    }
}
