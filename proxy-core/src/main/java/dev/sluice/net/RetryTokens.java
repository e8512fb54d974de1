package dev.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The tokens by which a QUIC client proves that it receives at the address it sends from, before anything is kept or
 * computed for it (RFC 9000 8.1.2): time, a code over time, address, port and connection id, and the id itself. The key
 * lives as long as this object. Owned by the event loop of the UDP port.
 */
final class RetryTokens implements QuicTokenHandler {
    /** A client answers at once; whoever overhears a token cannot use it for long. */
    static final Duration VALIDITY = Duration.ofSeconds(10);

    private static final String ALGORITHM = "HmacSHA256";
    private static final int CODE_BYTES = 32;
    private static final int HEAD_BYTES = Long.BYTES + CODE_BYTES;
    // RFC 9000 17.2
    private static final int LONGEST_ID = 20;

    private final Mac mac;
    private final LongSupplier clock;

    RetryTokens() {
        this(System::currentTimeMillis);
    }

    /**
     * @param clock in milliseconds
     */
    RetryTokens(LongSupplier clock) {
        this.clock = clock;
        byte[] key = new byte[CODE_BYTES];
        new SecureRandom().nextBytes(key);
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf id, InetSocketAddress address) {
        long now = clock.getAsLong();
        byte[] bytes = bytes(id);
        out.writeLong(now).writeBytes(code(now, address, bytes)).writeBytes(bytes);
        return true;
    }

    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        if (token.readableBytes() < HEAD_BYTES || token.readableBytes() > maxTokenLength()) {
            return -1;
        }
        long made = token.readLong();
        byte[] code = bytes(token.readSlice(CODE_BYTES));
        byte[] id = bytes(token);
        long age = clock.getAsLong() - made;
        boolean good = MessageDigest.isEqual(code, code(made, address, id));
        return good && age >= 0 && age <= VALIDITY.toMillis() ? HEAD_BYTES : -1;
    }

    // The id the client was told to use is as long as all of ours; the library relies on that.
    @Override
    public TokenValidationResult validateToken(ByteBuf token, InetSocketAddress address, ByteBuf id) {
        return id.readableBytes() == LONGEST_ID
                ? QuicTokenHandler.super.validateToken(token, address, id)
                : TokenValidationResult.invalidToken();
    }

    @Override
    public int maxTokenLength() {
        return HEAD_BYTES + LONGEST_ID;
    }

    private byte[] code(long time, InetSocketAddress address, byte[] id) {
        byte[] host = address.getAddress().getAddress();
        mac.update((byte) host.length);
        mac.update(host);
        mac.update(ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(address.getPort())
                .putLong(time)
                .flip());
        return mac.doFinal(id);
    }

    private static byte[] bytes(ByteBuf in) {
        byte[] bytes = new byte[in.readableBytes()];
        in.getBytes(in.readerIndex(), bytes);
        return bytes;
    }
}
