package dev.nullbox.egress.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeServerTest {
    private static final Instant NOW = Instant.parse("2026-11-29T15:00:00.5Z");
    private static final Instant LATER = NOW.plusMillis(250);
    private static final long ORIGIN = 0x0123_4567_89ab_cdefL;

    private static ByteBuffer request(int first, int bytes) {
        ByteBuffer request = ByteBuffer.allocate(Math.max(bytes, TimeServer.PACKET_BYTES));
        request.put(0, (byte) first).put(2, (byte) 6).putLong(40, ORIGIN);
        return request.limit(bytes);
    }

    private static Optional<ByteBuffer> answer(ByteBuffer request, Instant received, Instant sent) {
        return TimeServer.answer(request, received, Clock.fixed(sent, ZoneOffset.UTC))
                .map(ByteBuffer::wrap);
    }

    private static String referenceId(ByteBuffer answer) {
        byte[] id = new byte[4];
        answer.get(12, id);
        return new String(id, StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aClientOfEachVersionIsGivenTheTime(int version) {
        ByteBuffer answer = answer(request(version << 3 | 3, 48), NOW, LATER).orElseThrow();
        assertThat(answer.remaining()).isEqualTo(48);
        assertThat(answer.get(0)).isEqualTo((byte) (version << 3 | 4));
        assertThat(answer.get(1)).isEqualTo((byte) 10);
        assertThat(answer.get(2)).isEqualTo((byte) 6);
        assertThat(referenceId(answer)).isEqualTo("LOCL");
        assertThat(answer.getLong(24)).isEqualTo(ORIGIN);
        assertThat(answer.getLong(32)).isEqualTo(TimeServer.timestamp(NOW));
        assertThat(answer.getLong(40)).isEqualTo(TimeServer.timestamp(LATER));
    }

    /** Extensions and authentication are left unread, and the answer is no longer for them. */
    @Test
    void aLongRequestHasAShortAnswer() {
        assertThat(answer(request(0x23, 68), NOW, LATER).orElseThrow().array()).hasSize(48);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x03, 0x2b, 0x3b, 0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27})
    void otherVersionsAndModesAreIgnored(int first) {
        assertThat(answer(request(first, 48), NOW, LATER)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 47})
    void cutPacketsAreIgnored(int bytes) {
        assertThat(answer(request(0x23, bytes), NOW, LATER)).isEmpty();
    }

    @Test
    void aClockThatWasNeverSetSaysSo() {
        ByteBuffer answer =
                answer(request(0x23, 48), Instant.EPOCH, Instant.EPOCH).orElseThrow();
        assertThat(answer.get(0)).isEqualTo((byte) 0xe4);
        assertThat(answer.get(1)).isZero();
        assertThat(referenceId(answer)).isEqualTo("INIT");
    }

    @Test
    void timestampsAreThoseOfTheirEra() {
        assertThat(TimeServer.timestamp(Instant.EPOCH)).isEqualTo(2_208_988_800L << 32);
        assertThat(TimeServer.timestamp(NOW)).isEqualTo((NOW.getEpochSecond() + 2_208_988_800L) << 32 | 0x8000_0000L);
        assertThat(TimeServer.timestamp(Instant.parse("2036-02-07T06:28:16Z"))).isZero();
    }

    @Test
    void strangersGetNoAnswer() throws Exception {
        InetAddress agent = InetAddress.ofLiteral("127.0.0.1");
        RateLimitedLog log = RateLimitedLog.toStandardError("test");
        try (TimeServer server = TimeServer.open(agent::equals, Clock.systemUTC(), 0, log)) {
            assertThat(isAnswered(server, "127.0.0.2", 300)).isFalse();
            assertThat(isAnswered(server, "127.0.0.1", 5_000)).isTrue();
        }
    }

    private static boolean isAnswered(TimeServer server, String from, int millis) throws IOException {
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.port());
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(from), 0))) {
            socket.setSoTimeout(millis);
            socket.send(new DatagramPacket(request(0x23, 48).array(), 48, to));
            socket.receive(new DatagramPacket(new byte[48], 48));
            return true;
        } catch (SocketTimeoutException silent) {
            return false;
        }
    }
}
