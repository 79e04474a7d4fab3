package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Form of a key's content: its TOML type, its bounds, and the value that it becomes.
 *
 * @param <T> the type in Java
 */
public sealed interface Form<T> {
    /** Form whose content is valid or invalid as a whole. */
    sealed interface Single<T> extends Form<T> {
        /**
         * The value of some content of the right TOML type.
         *
         * @throws InvalidValueException when the content is out of bounds
         */
        T of(Object toml);
    }

    /**
     * An integer.
     *
     * @param min the least, included
     * @param max the greatest, included
     * @param unit empty for a plain number
     */
    record Range(int min, int max, String unit) implements Single<Integer> {
        @Override
        public Integer of(Object toml) {
            long number = ((Number) toml).longValue();
            if (number < min || number > max) {
                throw new InvalidValueException(number + " is out of bounds", "use " + allowed());
            }
            return (int) number;
        }
    }

    /** A string that is the keyword of one choice. */
    record Choice<E extends Keyword>(List<E> choices) implements Single<E> {
        @Override
        public E of(Object toml) {
            return choices.stream()
                    .filter(choice -> choice.key().equals(toml))
                    .findFirst()
                    .orElseThrow(() -> new InvalidValueException(
                            Text.quoted((String) toml) + " is not a choice",
                            "use one of " + allowed().replace("`", "")));
        }
    }

    /**
     * A string of a type of its own.
     *
     * @param allowed for documents and messages
     * @param parser throws {@link InvalidValueException}
     */
    record Parsed<T>(String allowed, Function<String, T> parser) implements Single<T> {
        @Override
        public T of(Object toml) {
            return parser.apply((String) toml);
        }
    }

    /**
     * An array of strings that is one value.
     *
     * @param min strings at least
     * @param max strings at most
     * @param words the strings, for documents and messages
     * @param parser throws {@link InvalidValueException}
     */
    record Sequence<T>(int min, int max, String words, Function<List<String>, T> parser) implements Single<T> {
        @Override
        public T of(Object toml) {
            List<String> strings =
                    ((List<?>) toml).stream().map(String.class::cast).toList();
            if (strings.size() < min || strings.size() > max) {
                throw new InvalidValueException("has " + strings.size() + " elements", "use " + allowed());
            }
            return parser.apply(strings);
        }
    }

    /**
     * The only content that is accepted so far.
     *
     * @param reason reason for refusing any other content
     * @param remedy remedy other than leaving the key out
     */
    record Only<T>(T value, String reason, String remedy) implements Single<T> {
        @Override
        public T of(Object toml) {
            if (!value.equals(toml)) {
                throw new InvalidValueException(Text.quoted(toml.toString()) + " is not supported: " + reason, remedy);
            }
            return value;
        }
    }

    /**
     * Any content of a key that is not implemented yet, all of which is refused.
     *
     * @param reason of the refusal
     * @param remedy other than leaving the key out
     */
    record Unbuilt(String reason, String remedy) implements Single<Object> {
        @Override
        public Object of(Object toml) {
            throw new InvalidValueException("is not supported: " + reason, remedy);
        }
    }

    /**
     * Distinct strings, each valid or invalid by itself: the elements of an array, or the chosen names in a table.
     *
     * @param type STRINGS, REFERENCES, ENTRIES or TABLE
     * @param max elements at most, tables among them included
     * @param words the elements, for documents and messages
     * @param parser throws {@link InvalidValueException}
     */
    record Many<E>(TomlType type, int max, String words, Function<String, E> parser) implements Form<List<E>> {}

    /** A table of known keys. */
    record Table() implements Form<Map<?, ?>> {}

    /** The types of TOML that AGENT.toml uses. */
    enum TomlType {
        STRING("string"),
        INTEGER("integer"),
        BOOLEAN("boolean"),
        STRINGS("array of strings"),
        REFERENCES("array of strings or of tables"),
        ENTRIES("array of strings and tables"),
        TABLE("table"),
        ANY("value of any type");

        private final String words;

        TomlType(String words) {
            this.words = words;
        }

        /** The type in words. */
        public String words() {
            return words;
        }

        /** The first type that parsed content is of. */
        public static Optional<TomlType> of(Object toml) {
            return Arrays.stream(values()).filter(type -> type.fits(toml)).findFirst();
        }

        /** Tells whether parsed content is of the type. */
        public boolean fits(Object toml) {
            return switch (this) {
                case STRING -> toml instanceof String;
                case INTEGER -> toml instanceof Long;
                case BOOLEAN -> toml instanceof Boolean;
                case STRINGS -> toml instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
                case REFERENCES ->
                    STRINGS.fits(toml)
                            || (toml instanceof List<?> list && list.stream().allMatch(Map.class::isInstance));
                case ENTRIES ->
                    toml instanceof List<?> list
                            && list.stream().allMatch(entry -> entry instanceof String || entry instanceof Map);
                case TABLE -> toml instanceof Map;
                case ANY -> true;
            };
        }
    }

    /** The TOML type. */
    default TomlType type() {
        return switch (this) {
            case Range _ -> TomlType.INTEGER;
            case Choice<?> _, Parsed<?> _ -> TomlType.STRING;
            case Sequence<?> _ -> TomlType.STRINGS;
            case Only<?> only -> TomlType.of(only.value()).orElseThrow();
            case Table _ -> TomlType.TABLE;
            case Many<?> many -> many.type();
            case Unbuilt _ -> TomlType.ANY;
        };
    }

    /** The bounds in words, for documents and messages. */
    default String allowed() {
        return switch (this) {
            case Range it -> (it.min + " to " + it.max + " " + it.unit).strip();
            case Choice<?> it ->
                it.choices.stream().map(choice -> "`" + choice.key() + "`").collect(Collectors.joining(", "));
            case Parsed<?> it -> it.allowed;
            case Sequence<?> it -> it.min + " to " + it.max + " " + it.words;
            case Only<?> it -> "`" + it.value + "`: " + it.reason;
            case Table _ -> "the keys below";
            case Many<?> it -> "at most " + it.max + " " + it.words;
            case Unbuilt it -> "nothing: " + it.reason;
        };
    }
}
