package dev.nullbox.gate.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseFilterTest {
    private static final String VALUE = "sk-the-value-itself";
    private static final String STARS = "*".repeat(VALUE.length());
    private final RequestFilter requests = new RequestFilter("api.example.com", 443, List.of());
    private final ResponseFilter answers =
            new ResponseFilter(requests, List.of(HeldSecret.of("L", VALUE.getBytes(StandardCharsets.US_ASCII))));
    private final ByteQueue out = new ByteQueue();

    private void asked(String... methods) throws RefusedException {
        for (String method : methods) {
            byte[] head = (method + " / HTTP/1.1\r\nHost: api.example.com\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            requests.push(head, 0, head.length, new ByteQueue());
        }
    }

    private String through(String text, int piece) throws RefusedException {
        byte[] bytes = text.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i += piece) {
            answers.push(bytes, i, Math.min(piece, bytes.length - i), out);
        }
        return taken();
    }

    private String taken() {
        String text = out.text(out.size()).replace("\r\n", "~");
        out.clear();
        return text;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10, 4096})
    void echoesAreTakenOutOfHeadsAndBodies(int piece) throws Exception {
        asked("GET", "HEAD", "GET", "GET");
        String length = "HTTP/1.1 200 OK~X-Echo: " + VALUE + "~Content-Length: 23~~ab" + VALUE + "cd";
        assertThat(through(length + "HTTP/1.1 200 OK~Content-Length: 99~~" + "HTTP/1.1 204 None~~" + length, piece))
                .isEqualTo(String.join("HTTP/1.1 200 OK~Content-Length: 99~~HTTP/1.1 204 None~~", length, length)
                        .replace(VALUE, STARS));
        assertThat(answers.isBetween()).isTrue();
        assertThat(requests.isAnswered()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 4096})
    void anEchoAcrossChunksIsTakenOut(int piece) throws Exception {
        asked("GET");
        String answer = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5;x=y~<sk-t~00a~he-value-i~6~tself>~0~Trailer: "
                + VALUE + "~~";
        String got = through(answer, piece);
        assertThat(got)
                .startsWith("HTTP/1.1 200 OK~Transfer-Encoding: chunked~~")
                .endsWith("0~~");
        assertThat(dechunked(got.substring(got.indexOf("~~") + 2))).isEqualTo("<" + STARS + ">");
    }

    private static String dechunked(String chunks) {
        StringBuilder body = new StringBuilder();
        String left = chunks;
        while (!left.startsWith("0~")) {
            int line = left.indexOf('~');
            int size = Integer.parseInt(left.substring(0, line), 16);
            body.append(left, line + 1, line + 1 + size);
            left = left.substring(line + 1 + size + 1);
        }
        return body.toString();
    }

    /** Server-sent events: each is there before the next one comes. */
    @Test
    void eventsAreNotHeldBack() throws Exception {
        asked("GET");
        assertThat(through("HTTP/1.1 200 OK~Content-Type: text/event-stream~Transfer-Encoding: chunked~~", 100))
                .contains("event-stream");
        assertThat(through("8~data: 1\n~", 100)).isEqualTo("8~data: 1\n~");
        assertThat(through("8~data: s\n~", 100)).isEqualTo("8~data: s\n~");
        assertThat(through("7~data: s~", 100)).isEqualTo("6~data: ~");
        answers.release(out);
        assertThat(taken()).isEqualTo("1~s~");
    }

    @Test
    void anAnswerUntilTheEndNeedsAnOrderlyEnd() throws Exception {
        asked("GET");
        assertThat(through("HTTP/1.1 200 OK~~to the end " + VALUE, 4))
                .isEqualTo("HTTP/1.1 200 OK~~to the end " + STARS);
        assertThat(answers.end(false, out)).isFalse();
        assertThat(answers.end(true, out)).isTrue();
        asked("GET");
        through("HTTP/1.1 200 OK~Content-Length: 5~~ab", 100);
        assertThat(answers.end(true, out)).isFalse();
    }

    @Test
    void interimAnswersPassBeforeTheAnswer() throws Exception {
        asked("POST");
        assertThat(through("HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~Content-Length: 2~~ok", 3))
                .isEqualTo("HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~Content-Length: 2~~ok");
        assertThat(requests.isAnswered()).isTrue();
    }

    @Test
    void webSocketPassesOnceTheHostAgrees() throws Exception {
        byte[] head = "GET / HTTP/1.1\r\nHost: api.example.com\r\nUpgrade: websocket\r\n\r\nearly"
                .getBytes(StandardCharsets.US_ASCII);
        ByteQueue toHost = new ByteQueue();
        requests.push(head, 0, head.length, toHost);
        assertThat(toHost.text(toHost.size())).doesNotContain("early");
        assertThat(through("HTTP/1.1 101 Switching Protocols~Upgrade: websocket~~\u0081\u0003abc" + VALUE + "x", 7))
                .endsWith("\u0081\u0003abc" + STARS + "x");
        requests.proceed(toHost);
        assertThat(toHost.text(toHost.size())).endsWith("early");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK~Content-Encoding: gzip~Content-Length: 5~~",
                "HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~",
                "HTTP/1.1 200 OK~Content-Length: 5~Transfer-Encoding: chunked~~",
                "HTTP/1.1 200 OK~Content-Length: 5~Content-Length: 6~~",
                "HTTP/1.1 200 OK~Content-Length: -1~~",
                "HTTP/1.1 101 Switching Protocols~~",
                "HTTP/2 200~~",
                "SSH-2.0-OpenSSH_9.2~~~",
                "HTTP/1.1 200 OK~ folded~~",
                "HTTP/1.1 200 OK~X: a\nb~~",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1~abc~",
                "HTTP/1.1 204 No~~HTTP/1.1 204 Unasked~~",
            })
    void whatCannotBeReadForCertainIsRefused(String text) throws Exception {
        asked("GET");
        assertThatThrownBy(() -> through(text, 2)).isInstanceOf(RefusedException.class);
    }
}
