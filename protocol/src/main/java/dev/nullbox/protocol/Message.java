package dev.nullbox.protocol;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Fields with their values: a request, an answer, an object in one, or the content of an event. Immutable but for
 * {@link #wipe}.
 */
public final class Message {
    private final Map<String, Value<?>> values = new LinkedHashMap<>();

    private Message(Iterable<? extends Value<?>> values) {
        for (Value<?> value : values) {
            if (this.values.put(value.field().name(), value) != null) {
                throw new IllegalArgumentException(value.field() + " occurs twice");
            }
        }
    }

    /**
     * The values, in their order.
     *
     * @throws IllegalArgumentException when a field occurs twice
     */
    public static Message of(Value<?>... values) {
        return new Message(Arrays.asList(values));
    }

    /** The values, in their order. */
    public static Message of(Iterable<? extends Value<?>> values) {
        return new Message(values);
    }

    /** The same with more. */
    public Message and(Value<?>... more) {
        return new Message(values.values()).add(more);
    }

    /** The same with one more where there is a value for it. */
    public <T> Message and(Field<T> field, Optional<? extends T> value) {
        return value.isPresent() ? and(field.is(value.get())) : this;
    }

    /** The same with all of another's. */
    public Message and(Message more) {
        return and(more.values.values().toArray(Value<?>[]::new));
    }

    /** The same with a truth value where it holds; an absent field means the opposite. */
    public Message andIf(Field<Boolean> field, boolean holds) {
        return holds ? and(field.is(true)) : this;
    }

    private Message add(Value<?>... more) {
        for (Value<?> value : more) {
            values.put(value.field().name(), value);
        }
        return this;
    }

    /** All values, in order. */
    public Collection<Value<?>> values() {
        return Collections.unmodifiableCollection(values.values());
    }

    /**
     * The field's value, or the field's value for where it is left out.
     *
     * @throws IllegalStateException when there is neither: the codec refuses messages without a required field
     */
    public <T> T get(Field<T> field) {
        return find(field)
                .or(field::otherwise)
                .orElseThrow(() -> new IllegalStateException("no " + field + " in the message"));
    }

    /** The field's value as an int, which its bounds allow. */
    public int getInt(Field<Long> field) {
        return Math.toIntExact(get(field));
    }

    /** The field's value where it is present. */
    @SuppressWarnings("unchecked") // a value's type is its field's, and two fields of a name hold the same
    public <T> Optional<T> find(Field<T> field) {
        Value<?> value = values.get(field.name());
        return value == null ? Optional.empty() : Optional.of((T) value.value());
    }

    public boolean has(Field<?> field) {
        return values.containsKey(field.name());
    }

    /** Overwrites the bytes among the values, at any depth: they may be secrets. */
    public void wipe() {
        values.values().forEach(value -> wipe(value.value()));
    }

    /** Overwrites the bytes in a value, at any depth. */
    public static void wipe(Object value) {
        switch (value) {
            case byte[] bytes -> Arrays.fill(bytes, (byte) 0);
            case Message message -> message.wipe();
            case Collection<?> list -> list.forEach(Message::wipe);
            case Map<?, ?> map -> map.values().forEach(Message::wipe);
            default -> {}
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message message && values.equals(message.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** The names of the fields alone: values may be secrets. */
    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
