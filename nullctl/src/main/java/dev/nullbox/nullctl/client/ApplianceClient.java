package dev.nullbox.nullctl.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Value;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.LineFramer;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.TlsCredentials;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 connection to an appliance's gateway, for calls one after another.
 *
 * <p>The server's certificate must come from the authority in the credentials and be for the name {@code nullbox},
 * whatever address was dialled.
 */
public final class ApplianceClient implements AutoCloseable {
    /** The one name of every appliance's certificate. */
    static final String SERVER_NAME = "nullbox";

    private static final int CONNECT_MILLIS = 10_000;

    /** Margin over the gateway's deadline of a call, so that the gateway's answer arrives first. */
    private static final Duration CLIENT_MARGIN = Duration.ofSeconds(15);

    private static final int PIECE_BYTES = 16 * 1024;
    private static final JsonPrimitive ID = new JsonPrimitive(1);

    private final Address address;
    private final SSLSocket socket;
    private final LineFramer lines = new LineFramer(JsonRpcCodec.MAX_MESSAGE_BYTES);

    private ApplianceClient(Address address, SSLSocket socket) {
        this.address = address;
        this.socket = socket;
    }

    /** Connects with {@code client.p12} and {@code ca.pem} of the directory. */
    public static ApplianceClient connect(Address address, Path credentials) throws CannotConnectException {
        Socket plain = new Socket();
        try {
            var tls = TlsCredentials.load(credentials.resolve("client.p12"), credentials.resolve("ca.pem"));
            plain.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            plain.setSoTimeout(Math.toIntExact(Method.SHORT.plus(CLIENT_MARGIN).toMillis()));
            plain.setKeepAlive(true);
            SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(plain, SERVER_NAME, address.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new ApplianceClient(address, socket);
        } catch (IOException e) {
            closeAfterFailure(plain, e);
            throw explain(address, e);
        }
    }

    /** A method's result. */
    public <R> R call(Method<R> method, Value<?>... params) throws RpcException, CannotConnectException {
        return call(method, Message.of(params));
    }

    /** A method's result. */
    public <R> R call(Method<R> method, Message params) throws RpcException, CannotConnectException {
        return decode(method, ask(method, params));
    }

    /** A method's result out of its JSON. */
    public static <R> R decode(Method<R> method, JsonElement result) throws RpcException {
        return Codec.decodeResult(method.name(), method.result(), result);
    }

    /** A list that a result holds. */
    public static JsonArray list(JsonElement result, Field<?> field) throws RpcException {
        if (result.getAsJsonObject().get(field.name()) instanceof JsonArray list) {
            return list;
        }
        throw new RpcException(CallReason.UNEXPECTED, "the appliance's answer has no list " + field);
    }

    /**
     * A method's result as received: an object or a list, as the method has it. Bytes among the parameters are wiped.
     *
     * @throws RpcException the appliance's error
     * @throws CannotConnectException when no answer comes
     */
    public JsonElement ask(Method<?> method, Message params) throws RpcException, CannotConnectException {
        byte[] request = JsonRpcCodec.encodeRequest(ID, method.name(), Codec.encode(params));
        params.wipe();
        if (request.length > JsonRpcCodec.MAX_MESSAGE_BYTES) {
            throw new RpcException(
                    CallReason.REQUEST_TOO_LARGE,
                    "the request has " + request.length + " bytes, a message at most "
                            + JsonRpcCodec.MAX_MESSAGE_BYTES);
        }
        byte[] line = Arrays.copyOf(request, request.length + 1);
        line[request.length] = '\n';
        try {
            socket.setSoTimeout(Math.toIntExact(timeout(method).toMillis()));
            OutputStream out = socket.getOutputStream();
            out.write(line);
            out.flush();
            JsonElement result = result(readLine());
            if (method.result() instanceof FieldType.ListOf ? result.isJsonArray() : result.isJsonObject()) {
                return result;
            }
            throw new RpcException(CallReason.UNEXPECTED, "the answer to " + method + " is of another type");
        } catch (IOException e) {
            throw explain(address, e);
        } finally {
            Arrays.fill(request, (byte) 0);
            Arrays.fill(line, (byte) 0);
        }
    }

    /** Longest wait for a result. */
    static Duration timeout(Method<?> method) {
        return method.deadline().plus(CLIENT_MARGIN);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // All answers are here already: a connection that ends badly does no harm.
            Thread.onSpinWait();
        }
    }

    private byte[] readLine() throws IOException, RpcException, CannotConnectException {
        byte[] piece = new byte[PIECE_BYTES];
        InputStream in = socket.getInputStream();
        while (true) {
            Optional<byte[]> line = lines.next();
            if (line.isPresent()) {
                return line.get();
            }
            int count = in.read(piece);
            if (count < 0) {
                throw new CannotConnectException(
                        address, "it hung up before it answered", "ask it again; nullctl status says how it is");
            }
            lines.feed(ByteBuffer.wrap(piece, 0, count));
        }
    }

    private JsonElement result(byte[] line) throws RpcException, CannotConnectException {
        JsonRpcCodec.Reply reply;
        try {
            reply = JsonRpcCodec.decodeReply(line);
        } catch (RpcException e) {
            throw new CannotConnectException(
                    address, "its answer is not JSON-RPC 2.0", "check that the port is NullBox's gateway");
        }
        return switch (reply) {
            case JsonRpcCodec.Result(JsonElement id, JsonElement result) when id.equals(ID) -> result;
            case JsonRpcCodec.Result _ ->
                throw new CannotConnectException(address, "it answered another call", "ask it again");
            case JsonRpcCodec.Failure failure -> throw failure.error();
        };
    }

    private static void closeAfterFailure(Socket socket, IOException failure) {
        try {
            socket.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static CannotConnectException explain(Address address, IOException e) {
        String message = TerminalText.line(Optional.ofNullable(e.getMessage()).orElse("no cause given"));
        return switch (e) {
            case TlsCredentials.UnusableException unusable ->
                new CannotConnectException(address, message, unusable.remedy());
            case UnknownHostException _ ->
                new CannotConnectException(address, "the host is not known", "check the name given by --address");
            case ConnectException _ ->
                new CannotConnectException(
                        address,
                        "nothing listens there (" + message + ")",
                        "boot the appliance (./nullbox boot), or name another by --address host:port");
            case NoRouteToHostException _ ->
                new CannotConnectException(address, message, "check the network between here and the appliance");
            case SocketTimeoutException _ ->
                new CannotConnectException(
                        address, "no answer in time", "check that the appliance is up and the address is right");
            case SSLException _ -> explainTls(address, e, message);
            case SocketException _ ->
                new CannotConnectException(
                        address,
                        "it hung up (" + message + ")",
                        "wait until it has booted; else use the credentials of its image: --credentials DIR");
            default -> new CannotConnectException(address, message, "ask it again; nullctl status says how it is");
        };
    }

    private static CannotConnectException explainTls(Address address, IOException e, String message) {
        if (isCausedByCertificate(e)) {
            return new CannotConnectException(
                    address,
                    "its certificate is not one that these credentials trust (" + message + ")",
                    "use the credentials that its image was built with: --credentials DIR");
        }
        if (message.contains("Received fatal alert")) {
            return new CannotConnectException(
                    address,
                    "it does not accept this client's certificate (" + message + ")",
                    "use the credentials that its image was built with: --credentials DIR");
        }
        if (message.contains("terminated the handshake") || message.contains("shut down incorrectly")) {
            return new CannotConnectException(
                    address, "it hung up (" + message + ")", "wait until it has booted, then ask it again");
        }
        return new CannotConnectException(
                address, "TLS 1.3 failed (" + message + ")", "check that the port is NullBox's gateway");
    }

    private static boolean isCausedByCertificate(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }
}
