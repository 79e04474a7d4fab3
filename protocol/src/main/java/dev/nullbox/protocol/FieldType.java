package dev.nullbox.protocol;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Type of a field: its JSON form, its bounds, and what it becomes in Java.
 *
 * @param <T> the type in Java
 */
public sealed interface FieldType<T> {
    /** Text of any length within a message. */
    Text TEXT = new Text(0, Integer.MAX_VALUE);
    /** True or false. */
    Truth TRUTH = new Truth();
    /** Bytes of any number within a message. */
    Bytes BYTES = new Bytes(0, Integer.MAX_VALUE, CallReason.OUT_OF_RANGE, CallReason.OUT_OF_RANGE);
    /** Any JSON value, in the form of the codec. */
    Any ANY = new Any();
    /** A whole number of 0 or more. */
    Whole COUNT = new Whole(0, Long.MAX_VALUE, "");
    /** An identifier of content: SHA-256 in hexadecimal. */
    FieldType<String> SHA256 = new Matched(Pattern.compile("[0-9a-f]{64}"), "64 lower-case hexadecimal digits");

    /**
     * A string.
     *
     * @param min characters at least
     * @param max characters at most
     */
    record Text(int min, int max) implements FieldType<String> {}

    /**
     * A string, or a number taken as its digits, of a pattern.
     *
     * @param words the pattern in words, for messages and documents
     */
    record Matched(Pattern pattern, String words) implements FieldType<String> {}

    /**
     * Text out of a list.
     *
     * @param words in the order in which documents name them
     * @param refused the reason of any other
     */
    record Choice(List<String> words, Reason refused) implements FieldType<String> {
        public Choice {
            words = List.copyOf(words);
        }

        /** The same with another reason. */
        public Choice refusedAs(Reason reason) {
            return new Choice(words, reason);
        }
    }

    /**
     * A whole number.
     *
     * @param min the least, included
     * @param max the greatest, included
     * @param unit empty for a plain number
     */
    record Whole(long min, long max, String unit) implements FieldType<Long> {}

    /** A number that need not be whole. */
    record Real() implements FieldType<Double> {}

    /** A truth value. */
    record Truth() implements FieldType<Boolean> {}

    /**
     * Bytes in base 64 (RFC 4648, section 4). Code that reads a secret wipes it.
     *
     * @param min bytes at least
     * @param max bytes at most
     * @param tooShort the reason when there are fewer
     * @param tooLong the reason when there are more
     */
    record Bytes(int min, int max, Reason tooShort, Reason tooLong) implements FieldType<byte[]> {}

    /**
     * A list.
     *
     * @param max elements at most
     */
    record ListOf<E>(FieldType<E> element, int max) implements FieldType<List<E>> {}

    /** An object whose member names are the caller's. */
    record MapOf<E>(FieldType<E> element) implements FieldType<Map<String, E>> {}

    /** An object of known members. */
    record Struct(List<Field<?>> fields) implements FieldType<Message> {
        public Struct {
            fields = List.copyOf(fields);
        }
    }

    /** Any JSON value. */
    record Any() implements FieldType<Object> {}

    /**
     * A string that becomes a value of its own type.
     *
     * @param parse throws {@link IllegalArgumentException} that says what is allowed
     * @param print the string again
     * @param words the allowed form in words, for documents
     * @param refused the reason of a string that is none
     */
    record Parsed<T>(Function<String, T> parse, Function<T, String> print, String words, Reason refused)
            implements FieldType<T> {}

    /** An object of known members. */
    static Struct struct(Field<?>... fields) {
        return new Struct(List.of(fields));
    }

    /** A list of any length within a message. */
    static <E> ListOf<E> listOf(FieldType<E> element) {
        return new ListOf<>(element, Integer.MAX_VALUE);
    }

    /** A whole number. */
    static Whole whole(long min, long max, String unit) {
        return new Whole(min, max, unit);
    }

    /** A text out of a list. */
    static Choice choice(String... words) {
        return new Choice(List.of(words), CallReason.WRONG_TYPE);
    }
}
