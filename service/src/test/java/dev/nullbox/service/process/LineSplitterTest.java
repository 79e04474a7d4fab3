package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
    private static final int MAX_BYTES = 2048;

    private final List<String> got = new ArrayList<>();
    private final LineSplitter lines = LineSplitter.splitting(MAX_BYTES, got::add);

    private static void feed(LineSplitter lines, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        lines.feed(bytes, bytes.length);
    }

    @Test
    void joinsChunksAndSplitsLines() {
        feed(lines, "one\r\ntw");
        feed(lines, "o\nno end");
        assertThat(got).containsExactly("one", "two");
        lines.end();
        assertThat(got).containsExactly("one", "two", "no end");
        lines.end();
        feed(lines, "\n");
        assertThat(got).as("an empty line is one, an empty end is none").containsExactly("one", "two", "no end", "");
    }

    @Test
    void replacesInvalidUtf8AndKeepsTheRest() {
        lines.feed(new byte[] {'a', (byte) 0xff, (byte) 0xc3, 'b', '\n', 'n', 'o', 't'}, 5);
        feed(lines, "grüße 日本\n");
        assertThat(got).containsExactly("a\ufffd\ufffdb", "grüße 日本");
    }

    @Test
    void makesSeveralLinesOfALongOne() {
        feed(lines, "x".repeat(MAX_BYTES + 1) + "\n" + "y".repeat(MAX_BYTES) + "\n");
        assertThat(got).extracting(String::length).containsExactly(MAX_BYTES, 1, MAX_BYTES);
    }

    @Test
    void saysHowMuchItCut() {
        LineSplitter cutting = LineSplitter.cutting(4, got::add);
        feed(cutting, "12345\n1234\n1234567");
        cutting.end();
        assertThat(got).containsExactly("1234 ... (1 bytes cut)", "1234", "1234 ... (3 bytes cut)");
    }

    /** A line that the consumer throws at is gone, and is not given out again. */
    @Test
    void goesOnAfterAConsumerThatThrew() {
        LineSplitter failing = LineSplitter.splitting(MAX_BYTES, line -> {
            got.add(line);
            throw new IllegalStateException(line);
        });
        assertThat(catchThrowable(() -> feed(failing, "one\n"))).hasMessage("one");
        failing.end();
        assertThat(got).containsExactly("one");
    }

    /** The rest of a chunk is counted from the first line on that is not wanted; no line is cut in two. */
    @Test
    void unwantedLinesOfAChunkAreCounted() {
        AtomicLong skipped = new AtomicLong();
        LineSplitter sampling = LineSplitter.sampling(MAX_BYTES, got::add, () -> got.size() < 2, skipped::addAndGet);
        feed(sampling, "a\nb\nc\nd\ne");
        assertThat(got).containsExactly("a", "b");
        assertThat(skipped).hasValue(2);
        got.clear();
        feed(sampling, "f\ng\n");
        assertThat(got).containsExactly("ef", "g");
        assertThat(skipped).hasValue(2);
    }
}
