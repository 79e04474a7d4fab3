package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.util.List;
import java.util.Locale;

/**
 * A DNS name in lower case: at least two labels of 1 to 63 letters, digits and inner dashes, at most 253 characters,
 * without the trailing dot. Exact: it matches no other name. Source: RFC 1123 section 2.1, RFC 1035 section 2.3.4.
 *
 * @param value the name; upper case is made lower
 */
public record DomainName(String value) {
    private static final int MAX_LENGTH = 253;
    private static final int MAX_LABEL = 63;

    /**
     * A checked name.
     *
     * @throws InvalidValueException when it is not one
     */
    public DomainName {
        refuse(value);
        value = value.toLowerCase(Locale.ROOT);
    }

    private static void refuse(String value) {
        String shown = Text.quoted(value);
        if (value.contains("*")) {
            throw new InvalidValueException(
                    shown + " has a wildcard that is not its whole first label", "write *.example.org, or each name");
        }
        if (value.endsWith(".")) {
            throw new InvalidValueException(shown + " ends with a dot", "write the name without it");
        }
        if (!Text.consistsOf(value, "-.")) {
            throw new InvalidValueException(
                    shown + " holds a character that no host name has",
                    "write the bare host name, in its xn-- form when it is international");
        }
        List<String> labels = List.of(value.split("\\.", -1));
        if (value.length() > MAX_LENGTH || labels.size() < 2) {
            throw new InvalidValueException(
                    shown + " is not a full host name", "use two labels or more, at most 253 characters");
        }
        for (String label : labels) {
            if (label.isEmpty() || label.length() > MAX_LABEL || label.startsWith("-") || label.endsWith("-")) {
                throw new InvalidValueException(
                        shown + " has a label that no host name has",
                        "use labels of 1 to 63 letters, digits and inner dashes");
            }
        }
        if (Text.isDigit(labels.getLast().charAt(0))) {
            throw new InvalidValueException(
                    shown + " is neither a name nor an IPv4 address",
                    "write four numbers from 0 to 255 without leading zeros, or a host name");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
