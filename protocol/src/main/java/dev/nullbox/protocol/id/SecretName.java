package dev.nullbox.protocol.id;

import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Reason;

/**
 * The name of a secret in the vault, and of the file in which its agent finds it: 1 to 64 ASCII letters, digits and
 * {@code _}, no digit first.
 *
 * @param value the name, never the secret
 */
public record SecretName(String value) {
    /**
     * A checked name.
     *
     * @throws InvalidValueException when it is not one
     */
    public SecretName {
        if (!Text.isIdentifier(value)) {
            throw new InvalidValueException(
                    Text.quoted(value) + " is not a secret's name",
                    "use 1 to 64 of A-Z a-z 0-9 _, no digit first, as OPENAI_KEY");
        }
    }

    /** The type of fields that hold one, with the reason of a string that is none. */
    public static FieldType<SecretName> type(Reason refused) {
        return new FieldType.Parsed<>(
                SecretName::new, SecretName::value, "1 to 64 of `A-Z a-z 0-9 _`, no digit first", refused);
    }

    @Override
    public String toString() {
        return value;
    }
}
