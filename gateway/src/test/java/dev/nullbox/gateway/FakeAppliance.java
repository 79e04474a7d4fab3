package dev.nullbox.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.TlsCredentials;
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
public final class FakeAppliance implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(60);

    static final GatewayLimits LIMITS = new GatewayLimits(32, LONG, LONG, _ -> LONG, LONG, LONG);

    private final Path sockets;
    private final List<FakeService> servers = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Caller> callers = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private final Gateway gateway;

    public FakeAppliance(Path sockets, Path credentials) throws Exception {
        this(sockets, credentials, LIMITS);
    }

    FakeAppliance(Path sockets, Path credentials, GatewayLimits limits) throws Exception {
        this.sockets = sockets;
        gateway = Gateway.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TlsCredentials.load(credentials.resolve("server.p12"), credentials.resolve("ca.pem")),
                sockets,
                limits,
                new EventSink(events));
    }

    /** A service that answers each method with the JSON after it. */
    public void serve(String service, String... methodsAndAnswers) throws Exception {
        List<RpcMethod> methods = new ArrayList<>();
        for (int i = 0; i < methodsAndAnswers.length; i += 2) {
            JsonElement answer = JsonParser.parseString(methodsAndAnswers[i + 1]);
            methods.add(method(methodsAndAnswers[i], params -> answer));
        }
        serve(service, methods);
    }

    public void serve(String service, List<RpcMethod> methods) throws Exception {
        servers.add(FakeService.listen(sockets.resolve(service + ".sock"), methods));
    }

    /** Response of a fake method. */
    @FunctionalInterface
    public interface Answer {
        JsonElement to(JsonObject params) throws RpcException;
    }

    public RpcMethod method(String name, Answer answer) {
        return new RpcMethod(name, Set.of(), (caller, params) -> {
            asked.add(name + " " + params);
            callers.add(caller);
            return answer.to(params);
        });
    }

    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** Callers of the methods, as services see them. */
    List<Caller> callers() {
        return List.copyOf(callers);
    }

    public String events() {
        return events.toString(StandardCharsets.UTF_8);
    }

    public int port() {
        return gateway.port();
    }

    Gateway gateway() {
        return gateway;
    }

    @Override
    public void close() {
        gateway.close();
        servers.forEach(FakeService::close);
    }
}
