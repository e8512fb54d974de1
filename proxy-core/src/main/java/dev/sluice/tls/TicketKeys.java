package dev.sluice.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one context's session tickets (RFC 8446 4.6.1, RFC 5077): random, never another context's, and never
 * written anywhere. Tickets are made with the newest; those made with the one before are still taken, so a ticket is
 * good for one to two turns. By one thread at a time.
 */
final class TicketKeys {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final OpenSslSessionContext sessions;
    private @Nullable OpenSslSessionTicketKey newest;

    TicketKeys(OpenSslSessionContext sessions) {
        this.sessions = sessions;
    }

    /** Makes a new key, and forgets the one before the last. */
    void rotate() {
        OpenSslSessionTicketKey before = newest;
        OpenSslSessionTicketKey fresh = new OpenSslSessionTicketKey(
                bytes(OpenSslSessionTicketKey.NAME_SIZE),
                bytes(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                bytes(OpenSslSessionTicketKey.AES_KEY_SIZE));
        newest = fresh;
        if (before == null) {
            sessions.setTicketKeys(fresh);
        } else {
            sessions.setTicketKeys(fresh, before);
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
