package dev.nullbox.nullctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real gateway on loopback before services that answer from a script and remember what they were asked. */
final class FakeAppliance implements AutoCloseable {
    static final GatewayLimits LIMITS = new GatewayLimits(
            32,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60));

    private final Path sockets;
    private final List<RpcServer> servers = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private final Gateway gateway;

    FakeAppliance(Path sockets, Path credentials, GatewayLimits limits) throws Exception {
        this.sockets = sockets;
        gateway = Gateway.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Credentials.load(credentials.resolve("server.p12"), credentials.resolve("ca.pem")),
                new Routes(sockets),
                limits,
                new EventSink(events));
    }

    /** A service that answers each method with the JSON after it. */
    void serve(String service, String... methodsAndAnswers) throws Exception {
        List<RpcMethod> methods = new ArrayList<>();
        for (int i = 0; i < methodsAndAnswers.length; i += 2) {
            JsonElement answer = JsonParser.parseString(methodsAndAnswers[i + 1]);
            methods.add(method(methodsAndAnswers[i], params -> answer));
        }
        serve(service, methods);
    }

    void serve(String service, List<RpcMethod> methods) throws Exception {
        servers.add(RpcServer.listen(sockets.resolve(service + ".sock"), methods, RpcLimits.defaults()));
    }

    /** What a fake method does. */
    @FunctionalInterface
    interface Answer {
        JsonElement to(JsonObject params) throws RpcException;
    }

    RpcMethod method(String name, Answer answer) {
        return new RpcMethod(name, Set.of(System.getProperty("user.name")), (caller, params) -> {
            asked.add(name + " " + params);
            return answer.to(params);
        });
    }

    List<String> asked() {
        return List.copyOf(asked);
    }

    String events() {
        return events.toString(StandardCharsets.UTF_8);
    }

    int port() {
        return gateway.port();
    }

    Gateway gateway() {
        return gateway;
    }

    @Override
    public void close() {
        gateway.close();
        servers.forEach(RpcServer::close);
    }
}
