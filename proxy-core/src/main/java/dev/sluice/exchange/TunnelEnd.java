package dev.sluice.exchange;

import io.netty.buffer.ByteBuf;

/** One end of a {@link Tunnel}, a connection or a stream of one, as the tunnel uses it. On its event loop only. */
public interface TunnelEnd {

    /** Sends these bytes and takes them; they are on their way after {@link #flush}. */
    void write(ByteBuf data);

    void flush();

    /** Whether more may be written now; {@link Listener#writabilityChanged} tells when it changes. */
    boolean writable();

    /** Whether to go on reading; not reading is how one side slows the other down. */
    void reading(boolean wanted);

    /** Ends it in order, after what was written. */
    void finish();

    /** Ends it now, if it has not ended. */
    void close();

    /** Is told what comes in. */
    interface Listener {
        /** Bytes, which the listener takes. */
        void data(ByteBuf data);

        /** What came since the last of these can be flushed. */
        void readComplete();

        void writabilityChanged();

        /** Nothing more will come. Perhaps told more than once. */
        void ended();
    }
}
