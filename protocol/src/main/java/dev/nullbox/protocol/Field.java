package dev.nullbox.protocol;

import java.util.Optional;

/**
 * Named member of a request, an answer or an event.
 *
 * @param name as on the wire
 * @param type what it holds, with bounds and unit
 * @param required whether it must be there
 * @param otherwise what stands in where it is left out
 * @param meaning for documents; empty where name and type say it
 * @param <T> what it holds in Java
 */
public record Field<T>(String name, FieldType<T> type, boolean required, Optional<T> otherwise, String meaning) {
    /** A required field. */
    public static <T> Field<T> of(String name, FieldType<T> type, String meaning) {
        return new Field<>(name, type, true, Optional.empty(), meaning);
    }

    /** The same field where it may be left out. */
    public Field<T> optional() {
        return new Field<>(name, type, false, Optional.empty(), meaning);
    }

    /** The same field where a value stands in when it is left out. */
    public Field<T> otherwise(T value) {
        return new Field<>(name, type, false, Optional.of(value), meaning);
    }

    /** The same field under another name. */
    public Field<T> named(String other) {
        return new Field<>(other, type, required, otherwise, meaning);
    }

    /** The field with its value. */
    public Value<T> is(T value) {
        return new Value<>(this, value);
    }

    @Override
    public String toString() {
        return name;
    }
}
