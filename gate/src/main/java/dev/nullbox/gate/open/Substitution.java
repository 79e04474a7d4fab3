package dev.nullbox.gate.open;

import dev.nullbox.protocol.id.SecretForm;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Secret in place of a placeholder, in one header of requests.
 *
 * @param form the header and its form
 * @param placeholder the text that the agent has
 */
public record Substitution(SecretForm form, String placeholder, HeldSecret secret) {
    private static final Pattern BEARER = Pattern.compile("(?i)(bearer|token)( +)(\\S+)");
    private static final Pattern BASIC = Pattern.compile("(?i)(basic)( +)([A-Za-z0-9+/]+={0,2})");

    /**
     * The value of a header with the secret in it; empty when the placeholder is not there, or not in this form. Wiped by
     * its receiver.
     */
    Optional<byte[]> of(String name, String value) {
        Optional<String> header = form.header();
        String lower = name.toLowerCase(Locale.ROOT);
        if (header.isPresent()) {
            return lower.equals(header.get()) ? replaced(bytes(value)) : Optional.empty();
        }
        if (!lower.equals("authorization")) {
            return Optional.empty();
        }
        return form.equals(SecretForm.BEARER) ? bearer(value) : basic(value);
    }

    private Optional<byte[]> bearer(String value) {
        Matcher matcher = BEARER.matcher(value);
        return matcher.matches() && matcher.group(3).equals(placeholder)
                ? Optional.of(join(bytes(matcher.group(1) + " "), secret.value(), new byte[0]))
                : Optional.empty();
    }

    private Optional<byte[]> basic(String value) {
        Matcher matcher = BASIC.matcher(value);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        byte[] pair;
        try {
            pair = Base64.getDecoder().decode(matcher.group(3));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
        return replaced(pair).map(with -> {
            byte[] encoded = Base64.getEncoder().encode(with);
            byte[] whole = join(bytes("Basic "), encoded, new byte[0]);
            Arrays.fill(with, (byte) 0);
            Arrays.fill(encoded, (byte) 0);
            return whole;
        });
    }

    /** The bytes with the secret in each place of the placeholder; empty when there is none. */
    private Optional<byte[]> replaced(byte[] text) {
        byte[] sought = bytes(placeholder);
        byte[] with = text;
        boolean isThere = false;
        for (int at = find(with, sought, 0); at >= 0; at = find(with, sought, at + secret.value().length)) {
            byte[] next = join(
                    Arrays.copyOf(with, at), secret.value(), Arrays.copyOfRange(with, at + sought.length, with.length));
            Arrays.fill(with, (byte) 0);
            with = next;
            isThere = true;
        }
        return isThere ? Optional.of(with) : Optional.empty();
    }

    private static int find(byte[] text, byte[] sought, int from) {
        for (int i = from; i <= text.length - sought.length; i++) {
            if (Arrays.equals(text, i, i + sought.length, sought, 0, sought.length)) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] join(byte[] first, byte[] second, byte[] third) {
        byte[] all = Arrays.copyOf(first, first.length + second.length + third.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        System.arraycopy(third, 0, all, first.length + second.length, third.length);
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
