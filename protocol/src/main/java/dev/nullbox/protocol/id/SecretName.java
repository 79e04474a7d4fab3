package dev.nullbox.protocol.id;

import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Reason;

/**
 * The name of a secret in the vault, and of the file in which its agent finds it: an identifier.
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
                    Text.quoted(value) + " is not a secret's name", "use " + Text.IDENTIFIER + ", as OPENAI_KEY");
        }
    }

    /** Type of fields that hold a name, with the reason for a string that is none. */
    public static FieldType<SecretName> type(Reason refused) {
        return new FieldType.Parsed<>(SecretName::new, SecretName::value, Text.IDENTIFIER, refused);
    }

    @Override
    public String toString() {
        return value;
    }
}
