package dev.nullbox.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.Audience;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.Operator;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A service that takes its caller for the gateway's user, which tests are not; one call a connection. */
final class FakeService {
    private static final int BACKLOG = 200;

    private final ServerSocketChannel listener;
    private final List<RpcMethod> methods;

    private FakeService(ServerSocketChannel listener, List<RpcMethod> methods) {
        this.listener = listener;
        this.methods = methods;
    }

    static FakeService listen(Path socket, List<RpcMethod> methods) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
        FakeService service = new FakeService(listener, methods);
        daemon(service::accept);
        return service;
    }

    void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new AssertionError("cannot close a fake service", e);
        }
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel client = listener.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(SocketChannel client) {
        try (BufferedReader in =
                        new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8.newDecoder(), -1));
                OutputStream out = Channels.newOutputStream(client)) {
            out.write(answer(in.readLine()));
            out.write('\n');
        } catch (IOException e) {
            // The gateway has given the call up.
            Thread.onSpinWait();
        }
    }

    private byte[] answer(String line) {
        JsonObject message = JsonParser.parseString(line).getAsJsonObject();
        Optional<Operator> operator = Optional.ofNullable(message.remove("operator"))
                .map(JsonElement::getAsJsonObject)
                .map(told -> new Operator(
                        told.get("name").getAsString(), told.get("certificate").getAsString()));
        if (!(JsonRpcCodec.decodeRequest(Json.bytes(message)) instanceof JsonRpcCodec.Request request)) {
            throw new AssertionError("the gateway passed on no request: " + line);
        }
        JsonElement id = request.id().orElseThrow();
        try {
            RpcMethod method = methods.stream()
                    .filter(one -> one.name().equals(request.method()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nobody serves " + request.method()));
            Caller caller = new Caller(Audience.GATEWAY, Audience.GATEWAY, operator);
            return JsonRpcCodec.encodeResult(id, method.handler().handle(caller, request.params()));
        } catch (RpcException e) {
            return JsonRpcCodec.encodeError(id, e);
        }
    }

    private static void daemon(Runnable work) {
        Thread.ofPlatform().daemon().name("fake-service").start(work);
    }
}
