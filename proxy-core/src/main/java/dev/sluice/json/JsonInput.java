package dev.sluice.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON to the letter (RFC 8259) into plain values: Map, in the order of the fields, List, String, Long, BigInteger
 * for integers beyond 64 bits, Double, Boolean, and null. Nesting is limited.
 */
public final class JsonInput {
    private static final int DEEPEST = 1000;

    private final String text;
    private final boolean repeats;
    private final JsonReader reader;

    // Gson's reader is not set to its strictest, which would refuse lone surrogates too: JSON allows them. The rest of
    // what that refuses is looked for here: capitals in literals, control characters, two escapes.
    private JsonInput(String text, boolean repeats) throws IOException {
        if (text.startsWith("\ufeff")) {
            throw new MalformedJsonException("Byte order mark at the beginning");
        }
        this.text = text;
        this.repeats = repeats;
        this.reader = new JsonReader(new StringReader(text));
        reader.setNestingLimit(DEEPEST);
    }

    /** The first value of a text; of fields that are named twice the last counts. */
    public static @Nullable Object value(String text) throws NotJson {
        try {
            return new JsonInput(text, true).value();
        } catch (IOException e) {
            throw new NotJson(e);
        }
    }

    /** The value that is all of a text, and has no field twice. */
    public static @Nullable Object onlyValue(String text) throws NotJson {
        try {
            JsonInput input = new JsonInput(text, false);
            Object value = input.value();
            if (input.reader.peek() != JsonToken.END_DOCUMENT) {
                throw input.malformed("More than one value");
            }
            return value;
        } catch (IOException e) {
            throw new NotJson(e);
        }
    }

    /** The texts of the elements of a list with which a text begins, unchanged; null when it begins with another value. */
    public static @Nullable List<String> elements(String text) throws NotJson {
        try {
            JsonInput input = new JsonInput(text, true);
            return input.reader.peek() == JsonToken.BEGIN_ARRAY ? input.elements() : null;
        } catch (IOException e) {
            throw new NotJson(e);
        }
    }

    private List<String> elements() throws IOException {
        List<String> elements = new ArrayList<>();
        reader.beginArray();
        int end = offset();
        while (reader.hasNext()) {
            int start = end;
            value();
            end = offset();
            while (" \t\r\n,".indexOf(text.charAt(start)) >= 0) {
                start++;
            }
            elements.add(text.substring(start, end));
        }
        reader.endArray();
        return elements;
    }

    // Not by recursion: texts come from others, and how deep they may go would depend on what a thread has of a stack.
    private @Nullable Object value() throws IOException {
        Deque<Container> open = new ArrayDeque<>();
        while (true) {
            Object value;
            switch (reader.peek()) {
                case BEGIN_OBJECT -> {
                    reader.beginObject();
                    open.push(Container.object());
                    continue;
                }
                case BEGIN_ARRAY -> {
                    reader.beginArray();
                    open.push(Container.array());
                    continue;
                }
                case NAME -> {
                    name(open.element());
                    continue;
                }
                case END_OBJECT -> {
                    reader.endObject();
                    value = open.pop().content();
                }
                case END_ARRAY -> {
                    reader.endArray();
                    value = open.pop().content();
                }
                default -> value = scalar();
            }
            if (open.isEmpty()) {
                return value;
            }
            open.element().add(value);
        }
    }

    private void name(Container object) throws IOException {
        int start = offset();
        String name = reader.nextName();
        checkCharacters(start);
        if (!object.name(name) && !repeats) {
            throw malformed("Duplicate field '" + name + "'");
        }
    }

    private @Nullable Object scalar() throws IOException {
        int start = offset();
        switch (reader.peek()) {
            case STRING -> {
                String string = reader.nextString();
                checkCharacters(start);
                return string;
            }
            case BOOLEAN -> {
                boolean truth = reader.nextBoolean();
                checkWord(truth ? "true" : "false", start);
                return truth;
            }
            case NULL -> {
                reader.nextNull();
                checkWord("null", start);
                return null;
            }
            default -> {
                return number(reader.nextString());
            }
        }
    }

    // Not by BigDecimal, the initialisation of which costs a start 40 ms.
    private static Number number(String digits) {
        if (digits.indexOf('.') >= 0 || digits.indexOf('e') >= 0 || digits.indexOf('E') >= 0) {
            return Double.valueOf(digits);
        }
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException _) {
            return new BigInteger(digits);
        }
    }

    // Of a string, from behind its quote, to the quote that was read last.
    private void checkCharacters(int start) throws MalformedJsonException {
        int end = offset() - 1;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                throw malformed("Control character in a string");
            }
            if (c == '\\' && "'\n".indexOf(text.charAt(++i)) >= 0) {
                throw malformed("Invalid escape sequence");
            }
        }
    }

    private void checkWord(String word, int end) throws MalformedJsonException {
        if (!text.startsWith(word, end - word.length())) {
            throw malformed("Capitals in " + word);
        }
    }

    private MalformedJsonException malformed(String what) {
        return new MalformedJsonException(what + " at path " + reader.getPreviousPath());
    }

    /** Of what was read or looked at last: behind a string's first quote, behind a literal, before a number. */
    private int offset() {
        return (int) reader.getCharacterOffset();
    }
}
