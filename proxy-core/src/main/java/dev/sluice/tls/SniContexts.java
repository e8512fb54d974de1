package dev.sluice.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS context of each certificate, made once and kept while anybody holds the certificate. For event loops and
 * other threads alike.
 *
 * <p>Contexts own native memory, so they are counted (OPENSSL_REFCNT; the other kind waits for finalizers, which the
 * JDK is about to drop). The count is given back when the certificate has been collected: then no source serves it and
 * no handshake asks for it. Connections that are open hold their context themselves.
 */
public final class SniContexts implements AutoCloseable {
    /** How long tickets are made with the same key. */
    private static final Duration TICKET_TURN = Duration.ofHours(12);

    private final ConcurrentMap<Key, Entry> contexts = new ConcurrentHashMap<>();
    private final ReferenceQueue<Certificate> collected = new ReferenceQueue<>();
    // Set before the contexts are let go, so that one of the two threads finds a context that is just being made.
    private volatile boolean closed;
    private final Thread turning = Thread.ofVirtual().name("ticket-keys").start(this::turn);

    /** A context, and the keys of its tickets; null where the JDK's own implementation sees to them. */
    private record Entry(SslContext context, @Nullable TicketKeys keys) {

        static Entry of(SslContext context) {
            TicketKeys keys = context.sessionContext() instanceof OpenSslSessionContext sessions
                    ? new TicketKeys(sessions)
                    : null;
            Entry entry = new Entry(context, keys);
            entry.rotate();
            return entry;
        }

        // A context that is let go of meanwhile frees its native half: it is held while the keys change.
        void rotate() {
            if (keys == null) {
                return;
            }
            try {
                ReferenceCountUtil.retain(context);
            } catch (IllegalReferenceCountException e) {
                return;
            }
            try {
                keys.rotate();
            } finally {
                ReferenceCountUtil.release(context);
            }
        }
    }

    /**
     * Makes the context of a certificate ahead of its first handshake. Blocking.
     *
     * @throws CertificateUnusable when the TLS library refuses the certificate
     */
    public void prepare(Certificate certificate) throws CertificateUnusable {
        release();
        if (find(certificate) != null) {
            return;
        }
        SslContext made;
        try {
            made = ServerContext.of(certificate);
        } catch (SSLException | IllegalArgumentException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CertificateUnusable("the certificate for "
                    + certificate.chain().getFirst().getSubjectX500Principal()
                    + " cannot be used for TLS: " + cause.getMessage());
        }
        Key key = new Key(certificate, collected);
        if (contexts.putIfAbsent(key, Entry.of(made)) != null) {
            ReferenceCountUtil.release(made);
        } else if (closed) {
            release(key);
        }
    }

    /** Does the same off the event loop; done at once when the context is there. */
    Future<Certificate> prepared(Certificate certificate, EventExecutor executor) {
        if (find(certificate) != null) {
            return executor.newSucceededFuture(certificate);
        }
        Promise<Certificate> promise = executor.newPromise();
        Thread.ofVirtual().name("tls-context").start(() -> {
            try {
                prepare(certificate);
                promise.setSuccess(certificate);
            } catch (CertificateUnusable | RuntimeException | LinkageError e) {
                promise.setFailure(e);
            }
        });
        return promise;
    }

    /** A handler for one connection with this certificate, which has been prepared. */
    SslHandler newHandler(Certificate certificate, ByteBufAllocator allocator) {
        try {
            Entry entry = find(certificate);
            if (entry == null) {
                throw new IllegalStateException("closed, or the certificate was not prepared");
            }
            return entry.context().newHandler(allocator);
        } finally {
            Reference.reachabilityFence(certificate);
        }
    }

    /** How many contexts there are. */
    int size() {
        release();
        return contexts.size();
    }

    private @Nullable Entry find(Certificate certificate) {
        return contexts.get(new Key(certificate, null));
    }

    private void release() {
        Reference<? extends Certificate> gone = collected.poll();
        while (gone != null) {
            if (gone instanceof Key key) {
                release(key);
            }
            gone = collected.poll();
        }
    }

    private void release(Key key) {
        Entry entry = contexts.remove(key);
        if (entry != null) {
            ReferenceCountUtil.release(entry.context());
        }
    }

    private void turn() {
        try {
            while (true) {
                Thread.sleep(TICKET_TURN);
                rotateTicketKeys();
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** Makes new ticket keys for every context now. */
    void rotateTicketKeys() {
        contexts.values().forEach(Entry::rotate);
    }

    /** Lets go of all contexts; connections that are open go on. */
    @Override
    public void close() {
        closed = true;
        turning.interrupt();
        contexts.keySet().forEach(this::release);
    }

    // Equal by the certificate's identity while it is there, and to itself after that.
    private static final class Key extends WeakReference<Certificate> {
        private final int hash;

        Key(Certificate certificate, @Nullable ReferenceQueue<Certificate> queue) {
            super(certificate, queue);
            this.hash = System.identityHashCode(certificate);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            if (this == other) {
                return true;
            }
            Certificate mine = get();
            return mine != null && other instanceof Key key && key.refersTo(mine);
        }
    }
}
