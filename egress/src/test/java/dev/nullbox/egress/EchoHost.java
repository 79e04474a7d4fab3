package dev.nullbox.egress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** HTTPS host that repeats the credentials of its requests, in each way by which they could come back. */
final class EchoHost {
    static final String PASSWORD = "nullbox";
    static final int LARGE = 5_000_000;
    private static final int PATIENCE_MS = 30_000;

    private EchoHost() {}

    /** Environment: STORE, a PKCS #12 file. Prints each request with its credentials. */
    public static void main(String[] args) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(System.getenv("STORE")))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        try (SSLServerSocket listener =
                (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(443)) {
            System.out.println("up");
            while (true) {
                Socket client = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(client));
            }
        }
    }

    private static void serve(Socket client) {
        try (client) {
            client.setSoTimeout(PATIENCE_MS);
            InputStream in = client.getInputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String body = new String(
                        in.readNBytes(Integer.parseInt("0" + field(head, "content-length"))),
                        StandardCharsets.US_ASCII);
                String told = field(head, "authorization") + field(head, "x-api-key");
                String line = head.substring(0, head.indexOf('\r'));
                System.out.println(line + " | " + told + " | " + (body.length() > 100 ? body.length() : body) + " | "
                        + field(head, "accept-encoding"));
                answer(line.split(" ", 3)[1], told, client.getOutputStream(), in);
            }
        } catch (IOException e) {
            System.out.println("closed | " + e.getMessage());
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static String field(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    private static void answer(String path, String told, OutputStream out, InputStream in) throws IOException {
        String encoded = Base64.getEncoder().encodeToString(("u:" + told).getBytes(StandardCharsets.US_ASCII));
        switch (path) {
            case "/gzip" -> write(out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc");
            case "/chunks" -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (char one : ("got " + told + " " + encoded).toCharArray()) {
                    write(out, "1\r\n" + one + "\r\n");
                }
                write(out, "0\r\n\r\n");
            }
            case "/large" -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n" + "x".repeat(LARGE));
            case "/events" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: begun\n\n");
                // It goes on until the other side ends it.
                var _ = in.read();
            }
            case "/socket" -> {
                write(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
                byte[] frame = in.readNBytes(5);
                write(out, new String(frame, StandardCharsets.US_ASCII) + told);
                out.close();
            }
            default -> {
                String body = "got " + told + " " + encoded;
                write(
                        out,
                        "HTTP/1.1 200 OK\r\nX-Echo: " + told + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body);
            }
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
