package dev.nullbox.protocol.id;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.FieldType;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Place of a secret in the requests that the gate puts it into: {@code bearer}, {@code basic} or {@code header:NAME}.
 *
 * @param value in that form
 */
public record SecretForm(String value) {
    public static final String RULE = "`bearer`, `basic` or `header:NAME`";

    /** Type of fields that hold a form. */
    public static final FieldType<SecretForm> TYPE =
            new FieldType.Parsed<>(SecretForm::new, SecretForm::value, RULE, CallReason.OUT_OF_RANGE);

    /** Authorization with the scheme Bearer, or GitHub's {@code token}. Source: RFC 6750. */
    public static final SecretForm BEARER = new SecretForm("bearer");

    /** Authorization with the scheme Basic, as user, password or a part of either. Source: RFC 7617. */
    public static final SecretForm BASIC = new SecretForm("basic");

    private static final String HEADER = "header:";
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

    /** Headers that say where a request ends, where it goes and what its answer may be. */
    private static final Set<String> OF_THE_MESSAGE = Set.of(
            "accept-encoding",
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /**
     * A checked form.
     *
     * @throws InvalidValueException when it is not one
     */
    public SecretForm {
        boolean isWord = value.equals("bearer") || value.equals("basic");
        if (!isWord) {
            String name = value.startsWith(HEADER) ? value.substring(HEADER.length()) : "";
            if (!TOKEN.matcher(name).matches() || OF_THE_MESSAGE.contains(name.toLowerCase(Locale.ROOT))) {
                throw new InvalidValueException(
                        Text.quoted(value) + " is no place for a secret",
                        "use one of " + RULE + ", with a header that carries credentials, as header:x-api-key");
            }
        }
    }

    /** The header's name in lower case; empty for the two words. */
    public Optional<String> header() {
        return value.startsWith(HEADER)
                ? Optional.of(value.substring(HEADER.length()).toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
