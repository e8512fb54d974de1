package dev.sluice.wire;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** The fields of one head, or of trailers, while their lines are read, and what they may have. For one thread. */
final class FieldSection {
    private final ReadLimits limits;
    private final boolean lenient;
    private @Nullable FieldList fields;
    private int bytes;
    // The value of the last field, if it goes over several lines.
    private @Nullable StringBuilder folded;

    /**
     * @param lenient whether fields may stand on several lines, and blanks before their colon
     */
    FieldSection(ReadLimits limits, boolean lenient) {
        this.limits = limits;
        this.lenient = lenient;
    }

    /**
     * Adds a line.
     *
     * @param end where its end begins
     */
    void add(byte[] line, int from, int end) {
        bytes += end - from + 2;
        checkNext(0);
        if (FieldLine.blank(line[from])) {
            fold(line, from, end);
            return;
        }
        unfold();
        FieldList to = fields == null ? new FieldList() : fields;
        fields = to;
        if (to.size() >= limits.fields()) {
            throw new MalformedMessage(MalformedMessage.Kind.TOO_MANY_FIELDS, "too many header fields");
        }
        FieldLine.read(line, from, end, lenient, to);
    }

    /** Whether there is room for a line of so many bytes, its end not counted, of which not all may have come. */
    void checkNext(int length) {
        if (bytes + length > limits.fieldBytes()) {
            throw new MalformedMessage(MalformedMessage.Kind.FIELDS_TOO_LARGE, "header fields too large");
        }
    }

    private void fold(byte[] line, int from, int end) {
        FieldList to = fields;
        if (!lenient || to == null) {
            throw MalformedMessage.syntax("a field over several lines");
        }
        if (folded == null) {
            folded = new StringBuilder(to.last());
        }
        FieldLine.fold(line, from, end, folded);
    }

    private void unfold() {
        if (folded != null && fields != null) {
            fields.replaceLast(folded.toString());
            folded = null;
        }
    }

    /** The empty line behind the fields has come: gives them away, and begins anew. */
    HttpHeaders end() {
        unfold();
        HttpHeaders read = fields == null ? EmptyHttpHeaders.INSTANCE : fields;
        fields = null;
        bytes = 0;
        return read;
    }
}
