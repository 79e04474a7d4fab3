package dev.nullbox.protocol;

import java.util.Optional;

/**
 * Named member of a request, an answer or an event.
 *
 * @param name as on the wire
 * @param type type of its value, with bounds and unit
 * @param required whether it must be there
 * @param otherwise the value where it is left out
 * @param meaning for documents; empty where name and type say it
 * @param <T> the value's type in Java
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

    /** The same field with a value for where it is left out. */
    public Field<T> otherwise(T value) {
        return new Field<>(name, type, false, Optional.of(value), meaning);
    }

    /** The same field under another name. */
    public Field<T> named(String other) {
        return new Field<>(other, type, required, otherwise, meaning);
    }

    /** This field with a value. */
    public Value<T> is(T value) {
        return new Value<>(this, value);
    }

    @Override
    public String toString() {
        return name;
    }
}
