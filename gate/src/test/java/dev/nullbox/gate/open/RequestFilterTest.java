package dev.nullbox.gate.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.id.SecretForm;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFilterTest {
    private static final String HOST = "api.example.com";
    private static final String PLACEHOLDER = "sk-placeholder0placeholder0";
    private static final String VALUE = "sk-the-value-itself";

    private static RequestFilter filter(String... forms) {
        HeldSecret secret = HeldSecret.of("L", (VALUE + "\n").getBytes(StandardCharsets.US_ASCII));
        return new RequestFilter(
                HOST,
                443,
                List.of(forms).stream()
                        .map(form -> new Substitution(new SecretForm(form), PLACEHOLDER, secret))
                        .toList());
    }

    private static String through(RequestFilter filter, String text, int piece) throws RefusedException {
        byte[] bytes = text.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteQueue out = new ByteQueue();
        for (int i = 0; i < bytes.length; i += piece) {
            filter.push(bytes, i, Math.min(piece, bytes.length - i), out);
        }
        return out.text(out.size()).replace("\r\n", "~");
    }

    private static String request(String fields) {
        return "GET /v1?q=" + PLACEHOLDER + " HTTP/1.1~Host: " + HOST + "~" + fields + "~";
    }

    private static String arrives(String form, String fields) throws RefusedException {
        String out = through(filter(form), request(fields), 1_000);
        return out.substring(out.indexOf("~", out.indexOf("Host")) + 1, out.indexOf("Accept-Encoding: identity~~"));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void bearerStandsInAuthorizationAlone() throws Exception {
        assertThat(arrives("bearer", "Authorization: Bearer " + PLACEHOLDER + "~"))
                .isEqualTo("Authorization: Bearer " + VALUE + "~");
        assertThat(arrives("bearer", "authorization:bearer  " + PLACEHOLDER + " ~"))
                .isEqualTo("authorization: bearer " + VALUE + "~");
        assertThat(arrives("bearer", "Authorization: token " + PLACEHOLDER + "~"))
                .contains("token " + VALUE);
        for (String other : List.of(
                "X-Api-Key: " + PLACEHOLDER + "~",
                "Authorization: Basic " + base64("u:" + PLACEHOLDER) + "~",
                "Authorization: Bearer " + PLACEHOLDER + "x~",
                "Authorization: " + PLACEHOLDER + "~")) {
            assertThat(arrives("bearer", other)).isEqualTo(other);
        }
    }

    @Test
    void basicIsDecodedAndEncodedAsGitAndCurlSendIt() throws Exception {
        for (String pair : List.of("x-access-token:%s", "%s:", "%s:x-oauth-basic", "a:b%sc", "%s:%s")) {
            assertThat(arrives("basic", "Authorization: Basic " + base64(pair.replace("%s", PLACEHOLDER)) + "~"))
                    .isEqualTo("Authorization: Basic " + base64(pair.replace("%s", VALUE)) + "~");
        }
        for (String other : List.of("Authorization: Basic !!~", "Authorization: Basic " + base64("u:p") + "~")) {
            assertThat(arrives("basic", other)).isEqualTo(other);
        }
    }

    @Test
    void aHeaderOfARuleHasItsPlaceholderReplaced() throws Exception {
        assertThat(arrives("header:X-Api-Key", "x-api-key: " + PLACEHOLDER + "~"))
                .isEqualTo("x-api-key: " + VALUE + "~");
        assertThat(arrives("header:Authorization", "Authorization: Key " + PLACEHOLDER + ",v=1~"))
                .isEqualTo("Authorization: Key " + VALUE + ",v=1~");
        assertThat(arrives("header:X-Api-Key", "Authorization: Bearer " + PLACEHOLDER + "~"))
                .doesNotContain(VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 4096})
    void requestsFollowEachOtherInWhateverPieces(int piece) throws Exception {
        RequestFilter filter = filter("bearer");
        String one = request("Authorization: Bearer " + PLACEHOLDER + "~");
        String body =
                "POST / HTTP/1.1~Host: api.example.com~Content-Length: " + PLACEHOLDER.length() + "~~" + PLACEHOLDER;
        String chunks =
                "PUT / HTTP/1.1~Host: api.example.com:443~Transfer-Encoding: chunked~~1b~" + PLACEHOLDER + "~0~~";
        String out = through(filter, one + body + chunks + one, piece);
        assertThat(out.split(VALUE, -1)).hasSize(3);
        assertThat(out)
                .contains("Content-Length: 27~Accept-Encoding: identity~~" + PLACEHOLDER + "PUT")
                .contains("chunked~Accept-Encoding: identity~~1b~" + PLACEHOLDER + "~0~~GET");
        assertThat(filter.pending())
                .extracting(RequestFilter.Pending::method)
                .containsExactly("GET", "POST", "PUT", "GET");
    }

    @Test
    void headersThatHideAnswersAreTakenOut() throws Exception {
        assertThat(arrives("bearer", "Accept-Encoding: gzip~Range: bytes=0-3~If-Range: x~TE: trailers~Accept: */*~"))
                .isEqualTo("Accept: */*~");
        String socket = through(
                filter("bearer"),
                request(
                        "Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Key: abc~Sec-WebSocket-Extensions: permessage-deflate~"),
                9);
        assertThat(socket).contains("Upgrade: websocket~").doesNotContain("deflate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1~Host: evil.example.com~~",
                "GET / HTTP/1.1~Host: api.example.com:8443~~",
                "GET / HTTP/1.1~Host: api.example.com~Host: api.example.com~~",
                "GET https://evil.example.com/ HTTP/1.1~Host: api.example.com~~",
                "CONNECT api.example.com:443 HTTP/1.1~Host: api.example.com~~",
                "GET / HTTP/1.1~Host: api.example.com~Upgrade: h2c~~",
                "GET / HTTP/1.1~Host: api.example.com~Content-Length: 1~Transfer-Encoding: chunked~~",
                "GET / HTTP/1.1~Host: api.example.com~ folded: x~~",
                "GET / HTTP/1.1\nHost: api.example.com\n\n",
                "PUT / HTTP/1.1~Host: api.example.com~Transfer-Encoding: chunked~~x~",
                "PUT / HTTP/1.1~Host: api.example.com~Transfer-Encoding: chunked~~1~ab~",
                "PUT / HTTP/1.1~Host: api.example.com~Transfer-Encoding: chunked~~0~Authorization: x~~",
                "PRI * HTTP/2.0~~SM~~",
            })
    void whatCouldBeReadInTwoWaysIsRefused(String text) {
        assertThatThrownBy(() -> through(filter("bearer"), text, 3)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> through(filter("bearer"), text, 4_096)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aHeadIsBounded() {
        assertThatThrownBy(() -> through(filter("bearer"), request("X: " + "x".repeat(17_000) + "~"), 1_000))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void aValueThatNoHeaderTakesIsUnfit() {
        for (String value :
                List.of("short", "two\nlines-are-it", "umlaut-\u00e4\u00e4\u00e4\u00e4", "x".repeat(9_000))) {
            assertThat(HeldSecret.unfit(value.getBytes(StandardCharsets.UTF_8))).isPresent();
        }
        assertThat(HeldSecret.unfit("12345678\r\n".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        HeldSecret held = HeldSecret.of("L", "12345678".getBytes(StandardCharsets.UTF_8));
        held.close();
        assertThatThrownBy(held::value).isInstanceOf(IllegalStateException.class);
        assertThat(held.toString()).isEqualTo("HeldSecret[redacted]");
    }
}
