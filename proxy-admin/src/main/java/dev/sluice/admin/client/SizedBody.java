package dev.sluice.admin.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A message body of known length (RFC 9112 6.2). Ending short of it is an EOFException. */
final class SizedBody extends BlockInput {
    private final InputStream in;
    private long left;

    SizedBody(InputStream in, long length) {
        this.in = in;
        left = length;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(bytes, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException();
        }
        left -= count;
        return count;
    }
}
