package dev.nullbox.gate.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.service.x509.RunAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gate's two sides of TLS against the JDK's sockets, with records in pieces. */
@Timeout(60)
class TlsPipeTest {
    private static final String HOST = "api.example.com";
    private static final char[] PASSWORD = "nullbox".toCharArray();
    private static final int PATIENCE_MS = (int) Duration.ofSeconds(20).toMillis();

    private final RunAuthority authority = RunAuthority.create("of the test", List.of(HOST));
    private final Certificates certificates = new Certificates();

    private OpenRule rule() {
        return new OpenRule(
                "hello",
                1,
                authority.encodedCertificate(),
                authority.encodedKey(),
                List.of(new OpenRule.PutIn(new SecretName("KEY"), SecretForm.BEARER, "placeholder")),
                Optional.empty());
    }

    private static SSLContext trusting(RunAuthority authority) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("a", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** A server with a certificate of the authority's for a name. */
    private static SSLContext proving(RunAuthority authority, String name) throws Exception {
        KeyPair keys = RunAuthority.newKeys();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "k", keys.getPrivate(), PASSWORD, new Certificate[] {authority.certify(name, keys.getPublic())});
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Moves records between a pipe and a socket, so many bytes at a time, until a text has come or the stream ends. */
    private static String converse(TlsPipe pipe, Socket socket, int piece, String until) throws Exception {
        StringBuilder got = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] bytes = new byte[piece];
        while (true) {
            if (!pipe.isReady()) {
                pipe.handshake();
            }
            if (pipe.isReady()) {
                pipe.read((plain, offset, length) ->
                        got.append(new String(plain, offset, length, StandardCharsets.US_ASCII)));
            }
            ByteQueue out = pipe.toSend();
            socket.getOutputStream().write(out.array(), out.start(), out.size());
            out.take(out.size());
            boolean isOver = until.isEmpty() ? pipe.isReady() : got.toString().contains(until);
            if (isOver) {
                return got.toString();
            }
            int count = in.read(bytes);
            if (count < 0) {
                return got.toString();
            }
            pipe.receive(bytes, count);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 4096})
    void theRunsAuthorityProvesTheHost(int piece) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread client = Thread.ofPlatform().start(() -> ask(listener.getLocalPort(), HOST));
            try (Socket socket = listener.accept()) {
                socket.setSoTimeout(PATIENCE_MS);
                TlsPipe pipe = certificates.open(rule(), HOST);
                assertThat(converse(pipe, socket, piece, "over")).isEqualTo("hello over");
                ByteQueue answer = new ByteQueue();
                answer.add("x".repeat(100_000));
                pipe.write(answer);
                pipe.finish();
                ByteQueue out = pipe.toSend();
                socket.getOutputStream().write(out.array(), out.start(), out.size());
                client.join();
            }
        }
        assertThat(asked).isEqualTo("http/1.1 100000");
    }

    private volatile String asked = "";

    private void ask(int port, String name) {
        try (SSLSocket socket = (SSLSocket) trusting(authority)
                .getSocketFactory()
                .createSocket(new Socket(InetAddress.getLoopbackAddress(), port), name, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write("hello over".getBytes(StandardCharsets.US_ASCII));
            asked = socket.getApplicationProtocol() + " "
                    + socket.getInputStream().readAllBytes().length;
        } catch (Exception e) {
            asked = String.valueOf(e.getMessage());
        }
    }

    @Test
    void aClientOfHttp2AloneIsRefused() throws Exception {
        TlsPipe pipe = certificates.open(rule(), HOST);
        var client = trusting(authority).createSSLEngine(HOST, 443);
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        client.setSSLParameters(parameters);
        var hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        pipe.receive(hello.array(), hello.position());
        assertThatThrownBy(pipe::handshake).isInstanceOf(SSLException.class);
        assertThat(pipe.toSend().size()).as("an alert").isPositive();
    }

    /** What a host of another name, or of another authority, gets: nothing. */
    @Test
    void theHostsCertificateIsCheckedWithItsName() throws Exception {
        RunAuthority wide = RunAuthority.create("a company's", List.of("example.com", "example.org"));
        assertThat(reached(proving(wide, HOST), Optional.of(wide.pem()))).isEqualTo("hello");
        assertThat(reached(proving(wide, "other.example.com"), Optional.of(wide.pem())))
                .contains("No subject alternative DNS name matching " + HOST);
        assertThat(reached(proving(authority, HOST), Optional.of(wide.pem()))).contains("PKIX");
        assertThat(reached(proving(wide, HOST), Optional.empty())).contains("PKIX");
    }

    private static String reached(SSLContext server, Optional<String> ca) throws Exception {
        try (SSLServerSocket listener =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread.ofPlatform().daemon().start(() -> {
                try (Socket client = listener.accept()) {
                    client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException refused) {
                    // The client tells what happened.
                }
            });
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
                socket.setSoTimeout(PATIENCE_MS);
                return converse(Upstreams.open().open(HOST, 443, ca), socket, 4_096, "hello");
            } catch (SSLException refused) {
                return String.valueOf(refused.getMessage());
            }
        }
    }

    @Test
    void bytesThatAreNoTlsEndIt() throws Exception {
        for (String bytes : List.of(
                "GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u00ff\u00ff" + "x".repeat(70_000), "\0".repeat(100))) {
            TlsPipe pipe = certificates.open(rule(), HOST);
            byte[] raw = bytes.getBytes(StandardCharsets.ISO_8859_1);
            assertThatThrownBy(() -> {
                        pipe.receive(raw, raw.length);
                        pipe.handshake();
                    })
                    .isInstanceOf(SSLException.class);
        }
    }

    /** Name constraints: a guest refuses a certificate for any other name, whoever has the authority's key. */
    @Test
    void theAuthorityNamesItsHostsAlone() throws Exception {
        X509Certificate own = authority.certificate();
        X509Certificate good = authority.certify(HOST, RunAuthority.newKeys().getPublic());
        X509Certificate bad =
                authority.certify("bank.example", RunAuthority.newKeys().getPublic());
        assertThat(good.getSubjectAlternativeNames()).containsExactly(List.of(2, HOST));
        // The JDK looks at constraints of certificates on the way, and not at those of its anchor.
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(own.getSubjectX500Principal(), own.getPublicKey(), null)));
        parameters.setRevocationEnabled(false);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        validator.validate(factory.generateCertPath(List.of(good, own)), parameters);
        assertThatThrownBy(() -> validator.validate(factory.generateCertPath(List.of(bad, own)), parameters))
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("name constraints");
    }

    @Test
    void theRehearsalIsPlayed() throws Exception {
        Upstreams upstreams = Upstreams.open();
        Rehearsal.play(certificates, upstreams);
        assertThat(upstreams.publicCount()).isGreaterThan(50);
    }
}
