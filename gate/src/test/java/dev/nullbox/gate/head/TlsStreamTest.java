package dev.nullbox.gate.head;

import static dev.nullbox.gate.head.Hellos.extension;
import static dev.nullbox.gate.head.Hellos.hello;
import static dev.nullbox.gate.head.Hellos.join;
import static dev.nullbox.gate.head.Hellos.list;
import static dev.nullbox.gate.head.Hellos.message;
import static dev.nullbox.gate.head.Hellos.record;
import static dev.nullbox.gate.head.Hellos.records;
import static dev.nullbox.gate.head.Hellos.serverName;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsStreamTest {
    private static final String NAME = "api.example.com";

    private static Inspection inspect(byte[] bytes) {
        return new TlsStream().inspect(bytes, bytes.length);
    }

    /** A stream whose first hello has passed. */
    private static TlsStream begun() {
        TlsStream stream = new TlsStream();
        byte[] hello = hello(NAME);
        assertThat(stream.inspect(hello, hello.length)).isEqualTo(new Inspection.Ask(NAME));
        assertThat(stream.inspect(hello, hello.length)).isEqualTo(new Inspection.Pass(hello.length));
        return stream;
    }

    private static Inspection after(byte[] bytes) {
        return begun().inspect(bytes, bytes.length);
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com",
        "API.Example.COM, api.example.com",
        "api.example.com., api.example.com",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "a_b.example, a_b.example",
        "single, single",
    })
    void theNameIsAskedFor(String stated, String asked) {
        assertThat(inspect(hello(stated))).isEqualTo(new Inspection.Ask(asked));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theHelloOfTheJdkIsRead(String version) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(NAME)));
        parameters.setProtocols(new String[] {version});
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        assertThat(inspect(Arrays.copyOf(out.array(), out.position()))).isEqualTo(new Inspection.Ask(NAME));
    }

    @Test
    void aHelloIsReadHoweverItIsSplit() {
        byte[] message = message(serverName(NAME));
        for (int size = 1; size <= message.length; size++) {
            assertThat(inspect(records(message, size)))
                    .as("records of %s", size)
                    .isEqualTo(new Inspection.Ask(NAME));
        }
        byte[] whole = records(message, 7);
        for (int length = 1; length < whole.length; length++) {
            assertThat(new TlsStream().inspect(whole, length)).isEqualTo(new Inspection.More());
        }
    }

    static Stream<Arguments> refused() {
        byte[] name = serverName(NAME);
        byte[] host = NAME.getBytes(StandardCharsets.US_ASCII);
        byte[] entry = join(new byte[] {0}, list(host));
        byte[] cut = message(name);
        cut[3]++;
        byte[] version = message(name);
        version[4] = 2;
        return Stream.of(
                Arguments.of("no name", record(message()), "no server name"),
                Arguments.of(
                        "no extensions",
                        record(Hellos.handshake(
                                join(new byte[] {3, 3}, new byte[32], new byte[] {0, 0, 2, 0x13, 1, 1, 0}))),
                        "no server name"),
                Arguments.of("ECH", record(message(name, extension(0xfe0d, new byte[8]))), "ECH"),
                Arguments.of("ESNI", record(message(name, extension(0xffce, new byte[8]))), "ECH"),
                Arguments.of("two extensions", record(message(name, name)), "an extension"),
                Arguments.of("two names", record(message(extension(0, list(join(entry, entry))))), "server names"),
                Arguments.of(
                        "another type",
                        record(message(extension(0, list(join(new byte[] {1}, list(host)))))),
                        "server names"),
                Arguments.of("an address", hello("192.0.2.7"), "its server name"),
                Arguments.of("a number", hello("0x7f000001"), "its server name"),
                Arguments.of("a NUL", hello("api.example.com\0.evil.example"), "its server name"),
                Arguments.of("a space", hello("api.example .com"), "its server name"),
                Arguments.of("beyond ASCII", hello("b\u00fccher.example"), "its server name"),
                Arguments.of("an empty name", hello(""), "its server name"),
                Arguments.of("two dots", hello("api..example"), "its server name"),
                Arguments.of("a long name", hello("a".repeat(63) + ".example".repeat(30)), "its server name"),
                Arguments.of("trailing bytes", record(join(message(name), new byte[3])), "than it says"),
                Arguments.of("a longer length", record(join(cut, new byte[1])), "its extensions"),
                Arguments.of("another version", record(version), "its version"),
                Arguments.of("another handshake message", record(new byte[] {2, 0, 0, 1, 0}), "its type"),
                Arguments.of(
                        "another record in it",
                        join(records(Arrays.copyOf(message(name), 20), 20), record(23, new byte[20])),
                        "another type"),
                Arguments.of("an empty record", new byte[] {22, 3, 1, 0, 0}, "no TLS record"),
                Arguments.of("a long record", new byte[] {22, 3, 1, 0x40, 1}, "no TLS record"),
                Arguments.of("another protocol", new byte[] {22, 2, 1, 0, 5}, "no TLS record"),
                Arguments.of(
                        "a hello of 20 KiB",
                        records(
                                message(name, extension(21, new byte[16_000]), extension(4_321, new byte[4_000])),
                                16_000),
                        "longer than"),
                Arguments.of(
                        "tiny records", records(message(name, extension(21, new byte[9_000])), 1), "more records"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void whatCannotBeReadForCertainIsRefused(String what, byte[] bytes, String why) {
        assertThat(inspect(bytes))
                .isInstanceOfSatisfying(
                        Inspection.Refuse.class,
                        refusal -> assertThat(refusal.why()).contains(why));
    }

    @Test
    void encryptedRecordsPassByTheirLength() {
        byte[] data = record(23, new byte[1_000]);
        assertThat(after(data)).isEqualTo(new Inspection.Pass(data.length));
        assertThat(after(Arrays.copyOf(data, 5))).isEqualTo(new Inspection.Pass(data.length));
        assertThat(after(Arrays.copyOf(data, 4))).isEqualTo(new Inspection.More());
        byte[] all = join(record(20, new byte[] {1}), record(22, new byte[40]), data, record(21, new byte[2]));
        assertThat(after(all)).isEqualTo(new Inspection.Pass(all.length));
        assertThat(after(join(data, new byte[] {23, 3}))).isEqualTo(new Inspection.Pass(data.length));
    }

    @Test
    void aSecondHelloMayNotHaveAnotherName() {
        byte[] same = hello(NAME);
        assertThat(after(same)).isEqualTo(new Inspection.Pass(same.length));
        byte[] ccs = record(20, new byte[] {1});
        byte[] early = record(23, new byte[100]);
        byte[] other = hello("evil.example");
        for (byte[] before : List.of(new byte[0], ccs, early, join(ccs, early), record(21, new byte[2]))) {
            assertThat(after(join(before, same))).isEqualTo(new Inspection.Pass(before.length + (long) same.length));
            assertThat(after(join(before, other))).isInstanceOf(Inspection.Refuse.class);
        }
        assertThat(after(records(message(serverName("evil.example")), 40))).isInstanceOf(Inspection.Refuse.class);
        assertThat(after(records(message(serverName("evil.example")), 3))).isInstanceOf(Inspection.Refuse.class);
        assertThat(after(record(message()))).isInstanceOf(Inspection.Refuse.class);
        assertThat(after(Arrays.copyOf(other, 60))).isEqualTo(new Inspection.More());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 19, 24, 71, 255})
    void bytesThatAreNoRecordEndIt(int type) {
        byte[] bytes = record(type, new byte[10]);
        assertThat(after(bytes)).isInstanceOf(Inspection.Refuse.class);
    }

    /** No bytes make it throw, and none that differ from a hello make it state another name than theirs. */
    @Test
    void anyBytesHaveAnOutcome() {
        Random random = new Random(14);
        byte[] hello = hello(NAME);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = hello.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int length = 1 + random.nextInt(bytes.length);
            assertThat(new TlsStream().inspect(bytes, length)).isNotNull();
            assertThat(begun().inspect(bytes, length)).isNotNull();
        }
    }
}
