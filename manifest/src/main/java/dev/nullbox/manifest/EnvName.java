package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.util.Locale;
import java.util.Set;

/**
 * The name of an environment variable of the agent that is no secret: any text without {@code =}, but not NULLBOX_*
 * (which the appliance sets), and not a name whose last word marks a secret. The kernel gives no name a meaning.
 *
 * @param value the name
 */
public record EnvName(String value) {
    static final String RULE = "a name without `=` and control characters, not `NULLBOX_*`, not that of a secret";

    private static final Set<String> SECRET_WORDS =
            Set.of("KEY", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "CREDENTIALS");

    /**
     * A checked name.
     *
     * @throws InvalidValueException when it is not one
     */
    public EnvName {
        if (value.isEmpty() || value.indexOf('=') >= 0 || value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidValueException(Text.quoted(value) + " is not a variable's name", "use " + RULE);
        }
        String upper = value.toUpperCase(Locale.ROOT);
        if (upper.startsWith("NULLBOX_")) {
            throw new InvalidValueException(
                    Text.quoted(value) + " is set by the appliance alone", "choose a name that is not NULLBOX_*");
        }
        if (SECRET_WORDS.contains(upper.substring(upper.lastIndexOf('_') + 1))) {
            throw new InvalidValueException(
                    Text.quoted(value) + " is named as a secret, and the environment is no place for one",
                    "put it into the vault and name it in capabilities.credential_refs");
        }
    }

    /** Tells whether the text is such a name. */
    static boolean isAllowed(String value) {
        try {
            var _ = new EnvName(value);
            return true;
        } catch (InvalidValueException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
