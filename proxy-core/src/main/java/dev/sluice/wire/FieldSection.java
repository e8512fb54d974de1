package dev.sluice.wire;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of one head, or of trailers, while their lines are read, and what they may have. For one thread. */
final class FieldSection {
    private final ReadLimits limits;
    private final boolean lenient;
    private HttpHeaders fields = EmptyHttpHeaders.INSTANCE;
    private int bytes;
    private @Nullable AsciiString lastName;
    // The value of a field that goes over several lines.
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
     * @param to where its end begins
     */
    void add(byte[] line, int from, int to) {
        bytes += to - from + 2;
        checkNext(0);
        if (FieldLine.blank(line[from])) {
            fold(line, from, to);
            return;
        }
        unfold();
        if (fields.size() >= limits.fields()) {
            throw new MalformedMessage(MalformedMessage.Kind.TOO_MANY_FIELDS, "too many header fields");
        }
        if (fields.isEmpty()) {
            fields = new DefaultHttpHeaders();
        }
        lastName = FieldLine.read(line, from, to, lenient, fields);
    }

    /** Whether there is room for a line of so many bytes, its end not counted, of which not all may have come. */
    void checkNext(int length) {
        if (bytes + length > limits.fieldBytes()) {
            throw new MalformedMessage(MalformedMessage.Kind.FIELDS_TOO_LARGE, "header fields too large");
        }
    }

    private void fold(byte[] line, int from, int to) {
        AsciiString name = lastName;
        if (!lenient || name == null) {
            throw MalformedMessage.syntax("a field over several lines");
        }
        if (folded == null) {
            folded = new StringBuilder(fields.getAll(name).getLast());
        }
        FieldLine.fold(line, from, to, folded);
    }

    private void unfold() {
        AsciiString name = lastName;
        if (folded != null && name != null) {
            List<String> values = new ArrayList<>(fields.getAll(name));
            values.set(values.size() - 1, folded.toString());
            fields.set(name, values);
            folded = null;
        }
    }

    /** The empty line behind the fields has come: gives them away, and begins anew. */
    HttpHeaders end() {
        unfold();
        HttpHeaders read = fields;
        fields = EmptyHttpHeaders.INSTANCE;
        bytes = 0;
        lastName = null;
        return read;
    }
}
