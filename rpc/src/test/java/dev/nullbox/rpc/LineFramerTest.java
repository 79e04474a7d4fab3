package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineFramerTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);

    private static ByteBuffer bytes(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    private static List<String> drain(LineFramer framer) throws RpcException {
        List<String> lines = new ArrayList<>();
        for (Optional<byte[]> line = framer.next(); line.isPresent(); line = framer.next()) {
            lines.add(new String(line.get(), StandardCharsets.UTF_8));
        }
        return lines;
    }

    @Test
    void cutsTheSameLinesWhereverTheStreamIsSplit() throws Exception {
        String stream = "{\"a\":1}\n\nüber\nlast\n";
        byte[] all = stream.getBytes(StandardCharsets.UTF_8);
        for (int split = 0; split <= all.length; split++) {
            LineFramer framer = new LineFramer(100);
            List<String> lines = new ArrayList<>();
            framer.feed(ByteBuffer.wrap(all, 0, split));
            lines.addAll(drain(framer));
            framer.feed(ByteBuffer.wrap(all, split, all.length - split));
            lines.addAll(drain(framer));
            assertThat(lines).as("split at " + split).containsExactly("{\"a\":1}", "", "über", "last");
        }
    }

    @Test
    void takesRandomChunksOfRandomLines() throws Exception {
        Random random = new Random(SEED + 4511);
        for (int round = 0; round < 200; round++) {
            List<String> expected = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                expected.add("x".repeat(random.nextInt(2_000)));
            }
            ByteBuffer stream = bytes(String.join("\n", expected) + "\n");
            LineFramer framer = new LineFramer(2_000);
            List<String> lines = new ArrayList<>();
            while (stream.hasRemaining()) {
                int size = Math.min(stream.remaining(), 1 + random.nextInt(3_000));
                framer.feed(stream.slice(stream.position(), size));
                stream.position(stream.position() + size);
                lines.addAll(drain(framer));
            }
            assertThat(lines).isEqualTo(expected);
        }
    }

    @Test
    void refusesALineThatIsTooLongEndedOrNot() throws Exception {
        LineFramer exact = new LineFramer(5);
        exact.feed(bytes("12345\n12345"));
        assertThat(drain(exact)).containsExactly("12345");
        exact.feed(bytes("6"));
        assertThatThrownBy(exact::next)
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.detail()).isEqualTo("LINE_TOO_LONG"));
        LineFramer ended = new LineFramer(5);
        ended.feed(bytes("123456\n"));
        assertThatThrownBy(ended::next).isInstanceOf(RpcException.class);
    }
}
