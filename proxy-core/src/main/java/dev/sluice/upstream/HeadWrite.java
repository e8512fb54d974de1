package dev.sluice.upstream;

import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import java.util.function.Consumer;

/** Watches how a request's head is written: when that fails before a byte has left, the target has seen nothing of it. */
final class HeadWrite implements ChannelProgressiveFutureListener {
    private final Consumer<Throwable> failure;
    private boolean progressed;
    private boolean failed;

    /**
     * @param failure takes why it could not be written
     */
    HeadWrite(Consumer<Throwable> failure) {
        this.failure = failure;
    }

    boolean nothingSent() {
        return failed && !progressed;
    }

    @Override
    public void operationProgressed(ChannelProgressiveFuture write, long progress, long total) {
        progressed |= progress > 0;
    }

    @Override
    public void operationComplete(ChannelProgressiveFuture write) {
        Throwable cause = write.cause();
        if (cause != null) {
            failed = true;
            failure.accept(cause);
        }
    }
}
