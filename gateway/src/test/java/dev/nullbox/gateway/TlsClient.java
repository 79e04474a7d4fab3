package dev.nullbox.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.TlsCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A client of the gateway that need not behave as nullctl does. */
final class TlsClient {
    private static final int TIMEOUT_MILLIS = 60_000;

    private TlsClient() {}

    /** The operator's own credentials. */
    static SSLContext operator(TestCertificates certificates) throws IOException {
        return of(certificates, "good");
    }

    static SSLContext of(TestCertificates certificates, String credentials) throws IOException {
        Path directory = certificates.directory(credentials);
        return TlsCredentials.load(directory.resolve("client.p12"), directory.resolve("ca.pem"));
    }

    /** Trusts the appliance, but has nothing to show itself. */
    static SSLContext withoutCertificate(TestCertificates certificates) throws Exception {
        Path authority = certificates.directory("good").resolve("ca.pem");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** A socket whose handshake is done. */
    static SSLSocket connect(FakeAppliance appliance, SSLContext context, String protocol) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), appliance.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        return socket;
    }

    /** Asks for a method without parameters. */
    static void ask(Socket socket, String method) throws IOException {
        send(socket, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\"}");
    }

    static void send(Socket socket, String request) throws IOException {
        socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** One line, or what came before the end. */
    static String line(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        int c = socket.getInputStream().read();
        while (c >= 0 && c != '\n') {
            answer.append((char) c);
            c = socket.getInputStream().read();
        }
        return answer.toString();
    }

    /** The result of one call. */
    static JsonElement call(Socket socket, String method, JsonObject params) throws IOException, RpcException {
        socket.getOutputStream().write(JsonRpcCodec.encodeRequest(new JsonPrimitive(1), method, params));
        socket.getOutputStream().write('\n');
        return switch (JsonRpcCodec.decodeReply(line(socket).getBytes(StandardCharsets.ISO_8859_1))) {
            case JsonRpcCodec.Result(JsonElement _, JsonElement result) -> result;
            case JsonRpcCodec.Failure failure -> throw failure.error();
        };
    }

    /** One call of {@code nulld.status}. */
    static String status(FakeAppliance appliance, SSLContext context, String protocol) throws IOException {
        try (SSLSocket socket = connect(appliance, context, protocol)) {
            ask(socket, "nulld.status");
            return line(socket);
        }
    }

    /** Bytes until the far side hangs up, however it does. */
    static String untilItEnds(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return "";
        }
    }
}
