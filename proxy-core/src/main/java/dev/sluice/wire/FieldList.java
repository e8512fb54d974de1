package dev.sluice.wire;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a head or of trailers in their order, as one flat array that is searched from its start: a head has few
 * fields, and making a hash table of them, entry by entry, costs more than the searches. Names are equal in any case
 * (RFC 9110 5.1). {@link #set} puts a field at the end. Otherwise as Netty's headers; for one thread.
 *
 * <p>What is added by {@link #append} must have been validated; {@link #add} and {@link #set} refuse, with an
 * IllegalArgumentException, names that are no tokens and values with controls, which could end a line.
 */
public final class FieldList extends HttpHeaders {
    private static final int USUAL = 12;

    // Names and values in turn.
    private CharSequence[] fields;
    private int used;
    // A bit for each name that is or was there, by its hash: most fields that are asked for are not there.
    private long seen;

    public FieldList() {
        fields = new CharSequence[2 * USUAL];
    }

    private FieldList(FieldList of) {
        fields = of.fields.clone();
        used = of.used;
        seen = of.seen;
    }

    /** Adds a field that is known to be valid. */
    public void append(CharSequence name, CharSequence value) {
        if (used == fields.length) {
            fields = Arrays.copyOf(fields, 2 * used);
        }
        fields[used++] = name;
        fields[used++] = value;
        seen |= bit(name);
    }

    /** The value of the last field, of which there is one. */
    CharSequence last() {
        return fields[used - 1];
    }

    /** Puts another value in the place of the last field's. */
    void replaceLast(CharSequence value) {
        fields[used - 1] = value;
    }

    // The same for a name in any case.
    private static long bit(CharSequence name) {
        return 1L << AsciiString.hashCode(name);
    }

    // The place of the first field of this name, or the end.
    private int find(CharSequence name) {
        return (seen & bit(name)) == 0 ? used : find(name, 0);
    }

    // The next one.
    private int find(CharSequence name, int from) {
        int at = from;
        while (at < used && !named(at, name)) {
            at += 2;
        }
        return at;
    }

    private boolean named(int at, CharSequence name) {
        CharSequence other = fields[at];
        return other.length() == name.length() && AsciiString.contentEqualsIgnoreCase(other, name);
    }

    private @Nullable CharSequence first(CharSequence name) {
        int at = find(name);
        return at < used ? fields[at + 1] : null;
    }

    // -- reading

    @Override
    public @Nullable String get(CharSequence name) {
        CharSequence value = first(name);
        return value == null ? null : value.toString();
    }

    @Override
    public @Nullable String get(String name) {
        return get((CharSequence) name);
    }

    @Override
    public boolean contains(CharSequence name) {
        return find(name) < used;
    }

    @Override
    public boolean contains(String name) {
        return contains((CharSequence) name);
    }

    @Override
    public List<String> getAll(CharSequence name) {
        int at = find(name);
        if (at == used) {
            return List.of();
        }
        int next = find(name, at + 2);
        if (next == used) {
            return List.of(fields[at + 1].toString());
        }
        List<String> values = new ArrayList<>();
        for (; at < used; at = find(name, at + 2)) {
            values.add(fields[at + 1].toString());
        }
        return values;
    }

    @Override
    public Iterator<String> valueStringIterator(CharSequence name) {
        return contains(name) ? getAll(name).iterator() : Collections.emptyIterator();
    }

    @Override
    public List<String> getAll(String name) {
        return getAll((CharSequence) name);
    }

    @Override
    public @Nullable Integer getInt(CharSequence name) {
        Long value = number(name);
        return value == null || value != value.intValue() ? null : Integer.valueOf(value.intValue());
    }

    @Override
    public int getInt(CharSequence name, int otherwise) {
        Integer value = getInt(name);
        return value == null ? otherwise : value;
    }

    @Override
    public @Nullable Short getShort(CharSequence name) {
        Long value = number(name);
        return value == null || value != value.shortValue() ? null : Short.valueOf(value.shortValue());
    }

    @Override
    public short getShort(CharSequence name, short otherwise) {
        Short value = getShort(name);
        return value == null ? otherwise : value;
    }

    private @Nullable Long number(CharSequence name) {
        CharSequence value = first(name);
        try {
            return value == null ? null : Long.valueOf(value.toString());
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /** Not offered: nothing here asks for dates. */
    @Override
    public Long getTimeMillis(CharSequence name) {
        throw new UnsupportedOperationException();
    }

    /** Not offered: nothing here asks for dates. */
    @Override
    public long getTimeMillis(CharSequence name, long otherwise) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isEmpty() {
        return used == 0;
    }

    @Override
    public int size() {
        return used / 2;
    }

    /** The names, each once, in alphabetical order. */
    @Override
    public Set<String> names() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (int at = 0; at < used; at += 2) {
            names.add(fields[at].toString());
        }
        return names;
    }

    @Override
    public List<Map.Entry<String, String>> entries() {
        List<Map.Entry<String, String>> entries = new ArrayList<>(size());
        for (int at = 0; at < used; at += 2) {
            entries.add(new AbstractMap.SimpleImmutableEntry<>(fields[at].toString(), fields[at + 1].toString()));
        }
        return entries;
    }

    /** Of a copy: the fields may change meanwhile. */
    @Override
    public Iterator<Map.Entry<String, String>> iterator() {
        return entries().iterator();
    }

    /** The fields in their order, which must not change meanwhile. */
    @Override
    public Iterator<Map.Entry<CharSequence, CharSequence>> iteratorCharSequence() {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < used;
            }

            @Override
            public Map.Entry<CharSequence, CharSequence> next() {
                if (at >= used) {
                    throw new NoSuchElementException();
                }
                at += 2;
                return Map.entry(fields[at - 2], fields[at - 1]);
            }
        };
    }

    // -- changing

    @Override
    public FieldList add(CharSequence name, Object value) {
        append(name(name), value(value));
        return this;
    }

    @Override
    public FieldList add(String name, Object value) {
        return add((CharSequence) name, value);
    }

    @Override
    public FieldList add(CharSequence name, Iterable<?> values) {
        values.forEach(value -> add(name, value));
        return this;
    }

    @Override
    public FieldList add(String name, Iterable<?> values) {
        return add((CharSequence) name, values);
    }

    @Override
    public FieldList addInt(CharSequence name, int value) {
        return add(name, Integer.toString(value));
    }

    @Override
    public FieldList addShort(CharSequence name, short value) {
        return add(name, Short.toString(value));
    }

    @Override
    public FieldList set(CharSequence name, Object value) {
        CharSequence checkedName = name(name);
        CharSequence checked = value(value);
        remove(name);
        append(checkedName, checked);
        return this;
    }

    @Override
    public FieldList set(String name, Object value) {
        return set((CharSequence) name, value);
    }

    @Override
    public FieldList set(CharSequence name, Iterable<?> values) {
        List<CharSequence> checked = new ArrayList<>();
        values.forEach(value -> checked.add(value(value)));
        CharSequence checkedName = name(name);
        remove(name);
        checked.forEach(value -> append(checkedName, value));
        return this;
    }

    @Override
    public FieldList set(String name, Iterable<?> values) {
        return set((CharSequence) name, values);
    }

    @Override
    public FieldList setInt(CharSequence name, int value) {
        return set(name, Integer.toString(value));
    }

    @Override
    public FieldList setShort(CharSequence name, short value) {
        return set(name, Short.toString(value));
    }

    @Override
    public FieldList remove(CharSequence name) {
        int to = find(name);
        for (int from = to; from < used; from += 2) {
            if (!named(from, name)) {
                fields[to++] = fields[from];
                fields[to++] = fields[from + 1];
            }
        }
        cut(to);
        return this;
    }

    @Override
    public FieldList remove(String name) {
        return remove((CharSequence) name);
    }

    @Override
    public FieldList clear() {
        cut(0);
        seen = 0;
        return this;
    }

    private void cut(int to) {
        Arrays.fill(fields, to, used, null);
        used = to;
    }

    @Override
    public FieldList copy() {
        return new FieldList(this);
    }

    private static CharSequence name(CharSequence name) {
        // Those of the code, and of fields that were read, are of this kind.
        if (!(name instanceof AsciiString) && !FieldLine.token(name)) {
            throw new IllegalArgumentException("not a field name");
        }
        return name;
    }

    private static CharSequence value(Object value) {
        CharSequence text = value instanceof CharSequence given ? given : value.toString();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw new IllegalArgumentException("a control in a field value");
            }
        }
        return text;
    }
}
