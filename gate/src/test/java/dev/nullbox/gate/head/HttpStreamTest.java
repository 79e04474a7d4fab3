package dev.nullbox.gate.head;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpStreamTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n";

    private static byte[] bytes(String text) {
        return text.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Inspection inspect(String text) {
        return new HttpStream(80).inspect(bytes(text), bytes(text).length);
    }

    /** What of a text passes after its first head was asked for; the rest's outcome. */
    private static Inspection last(String text) {
        byte[] all = bytes(text);
        HttpStream stream = new HttpStream(80);
        assertThat(stream.inspect(all, all.length)).isInstanceOf(Inspection.Ask.class);
        int from = 0;
        while (true) {
            byte[] rest = Arrays.copyOfRange(all, from, all.length);
            if (rest.length == 0) {
                return new Inspection.Pass(from);
            }
            Inspection outcome = stream.inspect(rest, rest.length);
            if (!(outcome instanceof Inspection.Pass(long passed)) || from + passed > all.length) {
                return outcome;
            }
            from += (int) passed;
        }
    }

    /** Row 17 of the ways round: one decision, however the host is written. */
    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1~Host: api.example.com~~, api.example.com",
        "GET / HTTP/1.0~Host: API.EXAMPLE.COM~~, api.example.com",
        "GET / HTTP/1.1~host:api.example.com.~~, api.example.com",
        "GET / HTTP/1.1~Accept: a~HOST:   api.example.com:80  ~~, api.example.com",
        "GET http://api.example.com/x?y HTTP/1.1~Host: api.example.com~~, api.example.com",
        "GET HTTP://API.example.com:80 HTTP/1.1~Host: api.example.com~~, api.example.com",
        "OPTIONS * HTTP/1.1~Host: api.example.com~~, api.example.com",
        "GET / HTTP/1.1~Host: xn--bcher-kva.example~~, xn--bcher-kva.example",
        "GET / HTTP/1.1~Host: evil-allowed.test~~, evil-allowed.test",
    })
    void theHostIsAskedFor(String text, String host) {
        assertThat(inspect(text)).isEqualTo(new Inspection.Ask(host));
    }

    @Test
    void aHeadIsReadOnceItIsWhole() {
        byte[] all = bytes(GET);
        for (int length = 1; length < all.length; length++) {
            assertThat(new HttpStream(80).inspect(all, length)).isEqualTo(new Inspection.More());
        }
        assertThat(last(GET)).isEqualTo(new Inspection.Pass(all.length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECT api.example.com:443 HTTP/1.1~Host: api.example.com~~",
                "GET http://evil.example/ HTTP/1.1~Host: api.example.com~~",
                "GET http://api.example.com@evil.example/ HTTP/1.1~Host: api.example.com~~",
                "GET https://api.example.com/ HTTP/1.1~Host: api.example.com~~",
                "GET api.example.com HTTP/1.1~Host: api.example.com~~",
                "GET / HTTP/1.1~~",
                "GET / HTTP/1.1~Host: a.example~Host: a.example~~",
                "GET / HTTP/1.1~Host: a.example, b.example~~",
                "GET / HTTP/1.1~Host: a.example:81~~",
                "GET / HTTP/1.1~Host: user@a.example~~",
                "GET / HTTP/1.1~Host: 192.0.2.7~~",
                "GET / HTTP/1.1~Host: [::1]~~",
                "GET / HTTP/1.1~Host: ~~",
                "GET / HTTP/1.1~Host : a.example~~",
                "GET / HTTP/1.1~Host: a.example~ continued~~",
                "GET / HTTP/1.1~ Host: a.example~~",
                "GET / HTTP/1.1~Host: a.exam\0ple~~",
                "GET / HTTP/1.1\nHost: a.example\n\n",
                "GET / HTTP/1.1~Host: a.example\n\nGET",
                "GET  / HTTP/1.1~Host: a.example~~",
                "GET / HTTP/2.0~Host: a.example~~",
                "GET / HTTP/1.1 ~Host: a.example~~",
                "GET / ~Host: a.example~~",
                "PRI * HTTP/2.0~~SM~~",
                "GET /\u00e9 HTTP/1.1~Host: a.example~~",
                "GET / HTTP/1.1~Host: a.example~Upgrade: websocket~~",
                "POST / HTTP/1.1~Host: a.example~Content-Length: 1~Content-Length: 1~~",
                "POST / HTTP/1.1~Host: a.example~Content-Length: +1~~",
                "POST / HTTP/1.1~Host: a.example~Content-Length: 1, 1~~",
                "POST / HTTP/1.1~Host: a.example~Content-Length: 1~Transfer-Encoding: chunked~~",
                "POST / HTTP/1.1~Host: a.example~Transfer-Encoding: gzip, chunked~~",
                "POST / HTTP/1.1~Host: a.example~Transfer-Encoding: chunked~Transfer-Encoding: identity~~",
                "POST / HTTP/1.0~Host: a.example~Transfer-Encoding: chunked~~",
                "\u0001~~",
            })
    void whatCannotBeReadForCertainIsRefused(String text) {
        assertThat(inspect(text)).isInstanceOf(Inspection.Refuse.class);
    }

    @Test
    void aHeadIsBounded() {
        assertThat(inspect("GET / HTTP/1.1~Host: a.example~X: " + "y".repeat(16 * 1024)))
                .isInstanceOf(Inspection.Refuse.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1~Host: a.example~Content-Length: 5~~12345GET / HTTP/1.1~Host: a.example~~",
                "POST / HTTP/1.1~Host: a.example~Transfer-Encoding: Chunked~~5~12345~A~1234567890~0~~"
                        + "GET / HTTP/1.1~Host: A.example:80~~",
                "POST / HTTP/1.1~Host: a.example~Transfer-Encoding: chunked~~0~X: y~Z: a~~GET / HTTP/1.1~Host: a.example~~",
            })
    void requestsForOneHostPassOneAfterTheOther(String text) {
        assertThat(last(text)).isEqualTo(new Inspection.Pass(bytes(text).length));
        assertThat(last(text.substring(0, text.lastIndexOf("Host")) + "Host: evil.example~~"))
                .isInstanceOf(Inspection.Refuse.class);
    }

    /** Bytes of a body that look like a request are none, and none are hidden in a body. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "5;ext=1~12345~0~~",
                "5 ~12345~0~~",
                "0x5~12345~0~~",
                "-5~12345~0~~",
                "5\n12345~0~~",
                "5~123456~0~~",
                "1234567890123456~",
                "000000000000000000005~",
                "0~bad\nline: x~~",
            })
    void aMalformedChunkEndsIt(String chunks) {
        assertThat(last("POST / HTTP/1.1~Host: a.example~Transfer-Encoding: chunked~~" + chunks))
                .isInstanceOf(Inspection.Refuse.class);
    }

    @Test
    void anyBytesHaveAnOutcome() {
        Random random = new Random(14);
        byte[] request = bytes("POST / HTTP/1.1~Host: a.example~Transfer-Encoding: chunked~~5~12345~0~~");
        for (int i = 0; i < 20_000; i++) {
            byte[] some = request.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                some[random.nextInt(some.length)] = (byte) random.nextInt();
            }
            HttpStream stream = new HttpStream(80);
            for (int step = 0; step < 5; step++) {
                assertThat(stream.inspect(some, 1 + random.nextInt(some.length)))
                        .isNotNull();
            }
        }
    }
}
