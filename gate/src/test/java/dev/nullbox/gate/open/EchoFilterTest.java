package dev.nullbox.gate.open;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EchoFilterTest {
    private static final String VALUE = "sk-live/9A+b\"cde";

    private static EchoFilter filter(String... values) {
        return new EchoFilter(List.of(values).stream()
                .map(value -> HeldSecret.of("L", value.getBytes(StandardCharsets.ISO_8859_1)))
                .toList());
    }

    /** What comes out when a stream comes in pieces of so many bytes. */
    private static String through(EchoFilter filter, String text, int piece) throws RefusedException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i += piece) {
            filter.push(bytes, i, Math.min(piece, bytes.length - i), out::write);
        }
        filter.flush(out::write);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 16, 1000})
    void takesEachFormOutAcrossPieces(int piece) throws Exception {
        String stars = "*".repeat(VALUE.length());
        assertThat(through(filter(VALUE), "a " + VALUE + " b" + VALUE + VALUE, piece))
                .isEqualTo("a " + stars + " b" + stars + stars);
        assertThat(through(filter(VALUE), "{\"k\":\"sk-live\\/9A+b\\\"cde\"}", piece))
                .isEqualTo("{\"k\":\"" + "*".repeat(VALUE.length() + 2) + "\"}");
        assertThat(through(filter(VALUE), "?k=sk-live%2F9A%2Bb%22cde&x", piece))
                .isEqualTo("?k=" + "*".repeat(VALUE.length() + 6) + "&x");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 1000})
    void takesBase64OutAtEachOffset(int piece) throws Exception {
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            for (String before : List.of("", "u", "us", "use", "user:", "user::")) {
                for (String after : List.of("", "x", "xy", "xyz")) {
                    String encoded =
                            encoder.encodeToString((before + VALUE + after).getBytes(StandardCharsets.ISO_8859_1));
                    String out = through(filter(VALUE), "Basic " + encoded + " end", piece);
                    assertThat(out).hasSameSizeAs("Basic " + encoded + " end").endsWith(" end");
                    // At most the digits at its ends stay, which other bytes decide with it.
                    assertThat(out.chars().filter(c -> c == '*').count()).isGreaterThan(VALUE.length() * 4L / 3 - 4);
                }
            }
        }
    }

    @Test
    void leavesAllElseAsItIs() throws Exception {
        String text = "sk-live/9A sk-liv sk-live/9A+b\"cd! sk-sk-sk-live";
        for (int piece = 1; piece < 20; piece++) {
            assertThat(through(filter(VALUE), text, piece)).isEqualTo(text);
        }
    }

    @Test
    void aShortSecretWithinTheBeginningOfALongOneIsTakenOut() throws Exception {
        assertThat(through(filter("abcdefgh-ijkl", "cdefgh-i"), "abcdefgh-i", 1))
                .isEqualTo("ab********");
        assertThat(through(filter("abcdefgh-ijkl", "abcdefgh"), "abcdefgh", 3)).isEqualTo("********");
        assertThat(through(filter("abcdefgh-ijkl", "abcdefgh"), "abcdefgh-ijkl", 2))
                .isEqualTo("*".repeat(13));
    }

    @Test
    void fewBytesAreReleasedAfterAQuietWhile() throws Exception {
        EchoFilter filter = filter(VALUE);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] first = "yes".getBytes(StandardCharsets.US_ASCII);
        filter.push(first, 0, first.length, out::write);
        assertThat(out).hasToString("ye");
        filter.release(out::write);
        filter.release(out::write);
        assertThat(out).hasToString("yes");
        byte[] rest = VALUE.substring(1).getBytes(StandardCharsets.US_ASCII);
        filter.push(rest, 0, 8, out::write);
        filter.release(out::write);
        assertThat(out).hasToString("yes");
        filter.push(rest, 8, rest.length - 8, out::write);
        assertThat(out).hasToString("yes" + "*".repeat(rest.length));
    }

    @Test
    void noSecretComesThroughAtRandom() throws Exception {
        Random random = new Random(Long.getLong("nullbox.test.seed", 7));
        for (int round = 0; round < 300; round++) {
            String value = random.ints(8 + random.nextInt(30), 'a', 'e')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                int cut = random.nextInt(value.length() + 1);
                text.append(random.nextBoolean() ? value : value.substring(0, cut));
            }
            String out = through(filter(value), text.toString(), 1 + random.nextInt(12));
            assertThat(out).hasSameSizeAs(text).doesNotContain(value);
        }
    }
}
