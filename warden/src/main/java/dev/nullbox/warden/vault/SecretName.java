package dev.nullbox.warden.vault;

/**
 * The name of a secret: 1 to 64 ASCII letters, digits and {@code _}, no digit first; the rule of AGENT.toml's
 * {@code credential_refs}.
 *
 * @param value the name, never the secret
 */
public record SecretName(String value) implements Comparable<SecretName> {
    /** The longest name: it becomes a file name in the guest and a column in a terminal. */
    public static final int MAX_LENGTH = 64;

    /**
     * A checked name.
     *
     * @throws IllegalArgumentException when it is not one; ask {@link #isValid} first
     */
    public SecretName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a secret's name");
        }
    }

    /** Whether the text is a name. */
    public static boolean isValid(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH || isDigit(text.charAt(0))) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isDigit(c) && c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(SecretName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
