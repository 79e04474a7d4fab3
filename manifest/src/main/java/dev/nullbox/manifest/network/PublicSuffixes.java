package dev.nullbox.manifest.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/**
 * Public suffixes, below which anyone can register a name: Mozilla's list, with the part of companies that give names
 * to their customers. It is read anew for each query, which are few: a manifest has one for each wildcard. Source:
 * publicsuffix.org.
 */
final class PublicSuffixes {
    private static final String FILE = "public_suffix_list.txt";
    private static final String VERSION = "// version ";

    /**
     * An answer of the list.
     *
     * @param isPublic whether the name is a public suffix
     * @param version of the list
     */
    record Answer(boolean isPublic, String version) {}

    private PublicSuffixes() {}

    /** Tells whether a name is a public suffix; it is in lower case, its international labels in their {@code xn--} form. */
    static Answer of(String name) {
        String unicode = name.contains("xn--") ? IDN.toUnicode(name) : name;
        String wildcard = "*" + unicode.substring(unicode.indexOf('.'));
        String version = "unknown";
        boolean isListed = false;
        boolean isExcepted = false;
        try (InputStream in = PublicSuffixes.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is not in this build");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (Iterator<String> each = lines.lines().iterator(); each.hasNext(); ) {
                String line = each.next();
                if (line.startsWith(VERSION)) {
                    version = line.substring(VERSION.length());
                }
                isListed |= line.equals(unicode) || line.equals(wildcard);
                isExcepted |= line.startsWith("!") && line.substring(1).equals(unicode);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(isListed && !isExcepted, version);
    }
}
