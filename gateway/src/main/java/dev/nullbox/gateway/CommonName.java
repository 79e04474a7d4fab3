package dev.nullbox.gateway;

import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;

/** The CN in a certificate's subject, as far as it can be shown. */
final class CommonName {
    private static final int MAX_LENGTH = 64;
    private static final String PREFIX = "CN=";

    private CommonName() {}

    /** The name, {@code ?} for each character that is not plain, {@code unnamed} where there is none. */
    static String of(X509Certificate certificate) {
        return of(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
    }

    static String of(String rfc2253) {
        int from = 0;
        while (from < rfc2253.length()) {
            int end = end(rfc2253, from);
            if (rfc2253.startsWith(PREFIX, from)) {
                return plain(rfc2253.substring(from + PREFIX.length(), end));
            }
            from = end + 1;
        }
        return "unnamed";
    }

    /** Where the part that begins here ends: before a comma or plus that no backslash precedes. */
    private static int end(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == ',' || c == '+') {
                return i;
            }
        }
        return text.length();
    }

    private static String plain(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && i < MAX_LENGTH; i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            shown.append(letterOrDigit || " -_.@".indexOf(c) >= 0 ? c : '?');
        }
        return shown.isEmpty() ? "unnamed" : shown.toString();
    }
}
