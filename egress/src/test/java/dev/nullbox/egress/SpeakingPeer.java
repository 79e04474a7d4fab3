package dev.nullbox.egress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Second host of a namespace in the gate's tests: clients and servers of TLS and HTTP. The servers remember what arrived:
 * the names of handshakes, and the heads of requests.
 */
final class SpeakingPeer {
    static final String PASSWORD = "nullbox";
    private static final int CHUNK = 16 * 1024;
    private static final int PATIENCE_MS = 10_000;

    private final Path store;
    private final SSLContext tls;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Queue<String> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicInteger open = new AtomicInteger();
    private Optional<SSLSocket> held = Optional.empty();

    private SpeakingPeer(Path store) throws IOException, GeneralSecurityException {
        this.store = store;
        this.tls = context(store);
    }

    /** Environment: STORE, a PKCS #12 file with the server's key. */
    public static void main(String[] args) throws Exception {
        SpeakingPeer peer = new SpeakingPeer(Path.of(System.getenv("STORE")));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("up");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(peer.answer(line.split(" ")));
        }
        System.exit(0);
    }

    private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), new TrustManager[] {new TrustingAll()}, null);
        return tls;
    }

    /** The test is of what passes, not of certificates. */
    private static final class TrustingAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "tls-server" -> serve(Integer.parseInt(words[1]), this::speakTls);
                case "http-server" -> serve(Integer.parseInt(words[1]), this::speakHttp);
                case "arrived" -> arrived.stream().collect(Collectors.joining(" "));
                case "accepted" -> String.valueOf(accepted.get());
                case "open" -> String.valueOf(open.get());
                case "forget" -> {
                    arrived.clear();
                    yield "ok";
                }
                case "tls" -> tls(words[1], Integer.parseInt(words[2]), words[3], words[4]);
                case "hold" -> hold(words[1], Integer.parseInt(words[2]), words[3]);
                case "echo" -> echo(held.orElseThrow(), "hello");
                case "raw" -> raw(words[1], Integer.parseInt(words[2]), words[3], words[4]);
                default -> throw new IOException("what is " + words[0]);
            };
        } catch (IOException failure) {
            return "failed " + failure.getMessage();
        }
    }

    /** Conversation with one client. */
    @FunctionalInterface
    private interface Speaker {
        void speak(Socket client) throws IOException;
    }

    private String serve(int port, Speaker speaker) throws IOException {
        ServerSocket server = new ServerSocket(port, 512);
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    Socket client = server.accept();
                    accepted.incrementAndGet();
                    open.incrementAndGet();
                    Thread.ofPlatform().daemon().start(() -> {
                        try (client) {
                            speaker.speak(client);
                        } catch (IOException over) {
                            System.err.println("server: " + over);
                        } finally {
                            open.decrementAndGet();
                        }
                    });
                } catch (IOException over) {
                    System.err.println("server: " + over);
                }
            }
        });
        return "ok";
    }

    /** A line is answered by itself, "get N" by N bytes, "put N" by their count, "half" once the client has ended its side. */
    private void speakTls(Socket client) throws IOException {
        SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(client, null, true);
        secured.setUseClientMode(false);
        secured.startHandshake();
        ((ExtendedSSLSession) secured.getSession())
                .getRequestedServerNames()
                .forEach(name -> arrived.add(((SNIHostName) name).getAsciiName()));
        InputStream in = secured.getInputStream();
        OutputStream out = secured.getOutputStream();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.startsWith("get ")) {
                for (int left = Integer.parseInt(line.substring(4)); left > 0; left -= CHUNK) {
                    out.write(new byte[Math.min(left, CHUNK)]);
                }
            } else if (line.startsWith("put ")) {
                out.write((in.readNBytes(Integer.parseInt(line.substring(4))).length + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            } else if (line.equals("half")) {
                out.write((in.readAllBytes().length + "\n").getBytes(StandardCharsets.UTF_8));
                return;
            } else {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int one = in.read(); one >= 0 && one != '\n'; one = in.read()) {
            line.append((char) one);
        }
        return line.toString();
    }

    private void speakHttp(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        while (true) {
            String first = line(in).strip();
            if (first.isEmpty()) {
                return;
            }
            String host = "";
            int body = 0;
            for (String field = line(in).strip(); !field.isEmpty(); field = line(in).strip()) {
                if (field.startsWith("Host:")) {
                    host = field.substring(5).strip();
                } else if (field.startsWith("Content-Length:")) {
                    body = Integer.parseInt(field.substring(15).strip());
                }
            }
            in.readNBytes(body);
            arrived.add(host + first.substring(first.indexOf(' ') + 1, first.lastIndexOf(' ')));
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private SSLContext fresh() throws IOException {
        try {
            return context(store);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private SSLSocket connect(String address, int port, String name) throws IOException {
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), PATIENCE_MS);
        plain.setSoTimeout(PATIENCE_MS);
        // A context of its own: a session that is resumed has the server name of the first, whatever is asked for.
        SSLSocket secured = (SSLSocket) fresh().getSocketFactory().createSocket(plain, null, port, true);
        if (!name.equals("-")) {
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            secured.setSSLParameters(parameters);
        }
        secured.startHandshake();
        return secured;
    }

    private String tls(String address, int port, String name, String what) throws IOException {
        try (SSLSocket socket = connect(address, port, name)) {
            int bytes = 8 << 20;
            return switch (what) {
                case "get" -> {
                    socket.getOutputStream().write(("get " + bytes + "\n").getBytes(StandardCharsets.UTF_8));
                    socket.setSoTimeout(PATIENCE_MS * 3);
                    yield "ok " + socket.getInputStream().readNBytes(bytes).length;
                }
                case "put" -> {
                    socket.getOutputStream().write(("put " + bytes + "\n").getBytes(StandardCharsets.UTF_8));
                    for (int left = bytes; left > 0; left -= CHUNK) {
                        socket.getOutputStream().write(new byte[CHUNK]);
                    }
                    yield "ok " + line(socket.getInputStream());
                }
                case "half" -> {
                    socket.getOutputStream().write("half\nrest".getBytes(StandardCharsets.UTF_8));
                    socket.shutdownOutput();
                    yield "ok " + line(socket.getInputStream());
                }
                default -> echo(socket, what);
            };
        }
    }

    private String hold(String address, int port, String name) throws IOException {
        held = Optional.of(connect(address, port, name));
        return echo(held.get(), "held");
    }

    private static String echo(SSLSocket socket, String word) throws IOException {
        socket.getOutputStream().write((word + "\n").getBytes(StandardCharsets.UTF_8));
        String line = line(socket.getInputStream());
        if (line.isEmpty()) {
            throw new IOException("end");
        }
        return "ok " + line;
    }

    /** Sends bytes, whole or one by one or with an end behind them; what comes back until the end, in hexadecimal. */
    private static String raw(String address, int port, String how, String hex) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), PATIENCE_MS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(2_000);
            byte[] bytes = HexFormat.of().parseHex(hex);
            int step = how.equals("slow") ? 1 : bytes.length;
            for (int i = 0; i < bytes.length; i += step) {
                socket.getOutputStream().write(bytes, i, Math.min(step, bytes.length - i));
            }
            if (how.equals("end")) {
                socket.shutdownOutput();
            }
            byte[] got = new byte[4096];
            int length = 0;
            try {
                for (int count = socket.getInputStream().read(got);
                        count >= 0;
                        count = socket.getInputStream().read(got, length, got.length - length)) {
                    length += count;
                }
            } catch (SocketTimeoutException open) {
                return "open " + HexFormat.of().formatHex(got, 0, length);
            } catch (IOException reset) {
                return "reset " + HexFormat.of().formatHex(got, 0, length);
            }
            return "end " + HexFormat.of().formatHex(got, 0, length);
        }
    }
}
