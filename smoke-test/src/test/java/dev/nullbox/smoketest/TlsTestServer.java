package dev.nullbox.smoketest;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** TLS server of the test's own on this machine's loopback, for several names. It remembers the names that arrived. */
final class TlsTestServer implements AutoCloseable {
    private static final String PASSWORD = "nullbox";
    private static final String ALIAS = "server";
    private static final int READ_LIMIT_MS = 20_000;

    private final SSLServerSocket listener;
    private final String certificate;
    private final boolean isHttp;
    private final List<String> arrivals = new CopyOnWriteArrayList<>();

    private TlsTestServer(SSLServerSocket listener, String certificate, boolean isHttp) {
        this.listener = listener;
        this.certificate = certificate;
        this.isHttp = isHttp;
    }

    /** Answers each line with "welcome" and the name that the client asked for. */
    static TlsTestServer start(Path directory, String... names) throws Exception {
        return start(directory, false, names);
    }

    /** Answers each request of HTTP with its credentials, which it remembers after the name and the path. */
    static TlsTestServer startHttp(Path directory, String... names) throws Exception {
        return start(directory, true, names);
    }

    private static TlsTestServer start(Path directory, boolean isHttp, String... names) throws Exception {
        Path store = directory.resolve("tls-server.p12");
        String alternatives = Stream.of(names).map(name -> "dns:" + name).collect(Collectors.joining(","));
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=server of the test",
                        "-ext",
                        "san=" + alternatives,
                        "-ext",
                        "bc:c=ca:true",
                        "-startdate",
                        "-1d",
                        "-validity",
                        "3",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new AssertionError("keytool failed: " + output);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        TlsTestServer server = new TlsTestServer(
                listener(keys),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(keys.getCertificate(ALIAS).getEncoded())
                        + "\n-----END CERTIFICATE-----\n",
                isHttp);
        Thread.ofPlatform().name("tls-test-server").daemon().start(server::acceptAll);
        return server;
    }

    private static SSLServerSocket listener(KeyStore keys) throws IOException, GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        SSLServerSocket listener =
                (SSLServerSocket) tls.getServerSocketFactory().createServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return listener;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Its certificate, which is its own authority, as PEM. */
    String certificate() {
        return certificate;
    }

    /** The server names of handshakes that were finished, in their order. */
    List<String> arrivals() {
        return List.copyOf(arrivals);
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(client));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    System.err.println("the test's TLS server: " + e);
                }
            }
        }
    }

    private void serve(Socket client) {
        try (SSLSocket secured = (SSLSocket) client) {
            secured.setSoTimeout(READ_LIMIT_MS);
            secured.startHandshake();
            String name = ((ExtendedSSLSession) secured.getSession())
                    .getRequestedServerNames().stream()
                            .map(stated -> ((SNIHostName) stated).getAsciiName())
                            .collect(Collectors.joining(","));
            if (isHttp) {
                answer(name, secured);
                return;
            }
            arrivals.add(name);
            for (int one = secured.getInputStream().read();
                    one >= 0 && one != '\n';
                    one = secured.getInputStream().read()) {
                // The line's content is nothing to it.
            }
            secured.getOutputStream().write(("welcome to " + name + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            System.err.println("the test's TLS server: " + e);
        }
    }

    private void answer(String name, SSLSocket client) throws IOException {
        StringBuilder head = new StringBuilder();
        int one = client.getInputStream().read();
        while (one >= 0) {
            head.append((char) one);
            one = head.indexOf("\r\n\r\n") < 0 ? client.getInputStream().read() : -1;
        }
        String credentials = head.toString()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("authorization:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .collect(Collectors.joining());
        arrivals.add(name + head.toString().split(" ", 3)[1] + " " + credentials);
        String body = "you are " + credentials;
        client.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
