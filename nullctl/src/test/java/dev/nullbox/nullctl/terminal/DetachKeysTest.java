package dev.nullbox.nullctl.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that leave a run to itself. */
class DetachKeysTest {
    private int left;

    /** Each word arrives by itself; p and q stand for Ctrl-P and Ctrl-Q. */
    private String passed(String words) throws IOException {
        List<InputStream> pieces = Stream.of(words.split(" "))
                .map(word -> word.replace('p', '\u0010').replace('q', '\u0011'))
                .<InputStream>map(word -> new ByteArrayInputStream(word.getBytes(StandardCharsets.US_ASCII)))
                .toList();
        try (DetachKeys keys = new DetachKeys(new SequenceInputStream(Collections.enumeration(pieces)), () -> left++)) {
            return new String(keys.readAllBytes(), StandardCharsets.US_ASCII)
                    .replace('\u0010', 'p')
                    .replace('\u0011', 'q');
        }
    }

    @ParameterizedTest
    @CsvSource({
        "abc, abc, 0",
        "apb, apb, 0",
        "ap b, apb, 0",
        "aqp, aqp, 0",
        "apqb, a, 1",
        "ap qb c, a, 1",
        "appq, ap, 1",
        "pp pq, pp, 1",
        "pxq, pxq, 0"
    })
    void onlyBothKeysInARowLeave(String typed, String passed, int times) throws Exception {
        assertThat(passed(typed)).isEqualTo(passed);
        assertThat(left).isEqualTo(times);
    }

    @Test
    void aByteIsReadAsAByte() throws Exception {
        try (DetachKeys keys = new DetachKeys(new ByteArrayInputStream(new byte[] {-1}), () -> left++)) {
            assertThat(keys.read()).isEqualTo(255);
            assertThat(keys.read()).isEqualTo(-1);
        }
    }
}
