package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.net.IDN;

/**
 * Conversion of names as people write them to those of DNS. The JDK's {@link IDN} has the rules of 2003 (RFC 3490), by
 * which four characters mean another host than by those of 2008 (RFC 5891), which clients use: these are refused.
 */
final class HostNames {
    /** German sharp s, Greek final sigma, and the joiners. Source: Unicode Technical Standard 46, section 7. */
    private static final String OTHERWISE_TODAY = "\u00df\u03c2\u200c\u200d";

    private static final int LAST_ASCII = 0x7f;

    private HostNames() {}

    /**
     * A name in ASCII: international labels in their {@code xn--} form. A name that is ASCII already stays as it is.
     *
     * @throws InvalidValueException when it has no such form that all clients agree on
     */
    static String ascii(String name) {
        if (name.chars().allMatch(c -> c <= LAST_ASCII)) {
            return name;
        }
        if (name.chars().anyMatch(c -> OTHERWISE_TODAY.indexOf(c) >= 0)) {
            throw new InvalidValueException(
                    Text.quoted(name) + " has a character that programs translate in two ways",
                    "write the name in the xn-- form in which its owner registered it");
        }
        try {
            return IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES);
        } catch (IllegalArgumentException noHostName) {
            InvalidValueException refusal = new InvalidValueException(
                    Text.quoted(name) + " is no international host name of Unicode 3.2",
                    "write the name in its xn-- form");
            refusal.initCause(noHostName);
            throw refusal;
        }
    }
}
