package dev.nullbox.importer.image;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.protocol.importer.ImportReason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Digest of content, in the form of images: {@code sha256:HEX} or {@code sha512:HEX} (OCI image specification,
 * "Digests").
 *
 * @param algorithm sha256 or sha512
 * @param hex lower-case
 */
public record Digest(String algorithm, String hex) {
    public static final String SHA256 = "sha256";
    private static final Pattern FORM = Pattern.compile("(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    /** @param place for the message */
    static Digest parse(String text, String place) throws ArchiveException {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new ArchiveException(
                    ImportReason.IMPORT_FORMAT,
                    place + ": the digest is \"" + ByteNames.shown(ByteNames.ofText(text))
                            + "\"; sha256: or sha512: and lower-case hexadecimal digits would be right");
        }
        return form.group(1) != null
                ? new Digest(form.group(1), form.group(2))
                : new Digest(form.group(3), form.group(4));
    }

    /** Tells whether the text has the form of a SHA-256. */
    static boolean isHex(String text) {
        return HEX.matcher(text).matches();
    }

    static Digest sha256(byte[] bytes) {
        return of(SHA256, digest(SHA256).digest(bytes));
    }

    /** The digest of a computed value. */
    public static Digest of(String algorithm, byte[] value) {
        return new Digest(algorithm, HexFormat.of().formatHex(value));
    }

    /** An empty digest of this one's algorithm. */
    public MessageDigest start() {
        return digest(algorithm);
    }

    /** An empty digest of the algorithm: sha256 or sha512. */
    public static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.equals(SHA256) ? "SHA-256" : "SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform of ours has " + algorithm, e);
        }
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
