package dev.nullbox.protocol;

/**
 * Field with its value, made by {@link Field#is}.
 *
 * @param <T> type of the field's value
 */
public record Value<T>(Field<T> field, T value) {
    /** The field's name alone: a value may be a secret. */
    @Override
    public String toString() {
        return field.name();
    }
}
