package dev.nullbox.gate.head;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names of hosts as connections state them. Source: RFC 1123 section 2.1, RFC 6066 section 3. */
final class HostName {
    private static final int MAX_LENGTH = 253;
    private static final Pattern LABELS = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");
    private static final Pattern ADDRESS = Pattern.compile("(.*\\.)?[0-9]+|(.*\\.)?0x[0-9a-f]*");

    private HostName() {}

    /** The name in lower case and without the trailing dot; empty when it is none, or an address. */
    static Optional<String> of(byte[] bytes, int offset, int length) {
        return of(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
    }

    /** The same of a text. */
    static Optional<String> of(String stated) {
        String name = stated.toLowerCase(Locale.ROOT);
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        boolean isName = bare.length() <= MAX_LENGTH
                && LABELS.matcher(bare).matches()
                && !ADDRESS.matcher(bare).matches();
        return isName ? Optional.of(bare) : Optional.empty();
    }
}
