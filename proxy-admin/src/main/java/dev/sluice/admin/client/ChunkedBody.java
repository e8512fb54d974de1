package dev.sluice.admin.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A chunked message body (RFC 9112 7.1); trailers are read and dropped. Ending without the last chunk is an EOFException. */
final class ChunkedBody extends BlockInput {
    private final InputStream in;
    private long left;
    private boolean begun;
    private boolean ended;

    ChunkedBody(InputStream in) {
        this.in = in;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int count = in.read(bytes, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException();
        }
        left -= count;
        return count;
    }

    private void nextChunk() throws IOException {
        if (begun) {
            Answer.line(in);
        }
        begun = true;
        String size = Answer.line(in);
        int extension = size.indexOf(';');
        left = Answer.number((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
        if (left == 0) {
            ended = true;
            String trailer;
            do {
                trailer = Answer.line(in);
            } while (!trailer.isEmpty());
        }
    }
}
