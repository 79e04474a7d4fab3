package dev.nullbox.ctxgraph;

import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.rpc.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * The memory service: the store, its socket for host services, and a door for every attached agent.
 *
 * <p>On the socket the caller names the agent, which only root and the gateway may; at a door the door does.
 */
final class CtxgraphService implements AutoCloseable {
    private static final Set<String> OPERATORS = Set.of("root", "gateway");
    private static final Set<String> ROOT = Set.of("root");

    private final MemoryStore store;
    private final Attachments attachments;
    private final RpcServer server;

    private CtxgraphService(MemoryStore store, Attachments attachments, RpcServer server) {
        this.store = store;
        this.attachments = attachments;
        this.server = server;
    }

    /**
     * Opens the database {@code memory.db} in the state directory, the doors of before, and the socket.
     *
     * @throws IOException when the database or the socket cannot be opened; the message says which
     */
    static CtxgraphService start(ServiceRuntime runtime) throws IOException {
        Path database = runtime.stateDir().resolve("memory.db");
        MemoryStore store;
        try {
            store = MemoryStore.open(database);
        } catch (SQLException e) {
            throw new IOException("cannot open " + database + ": " + e.getMessage(), e);
        }
        MemoryMethods methods = new MemoryMethods(store, runtime.events());
        Path doors = runtime.socketPath().resolveSibling("attachments.json");
        Attachments attachments = Attachments.restore(doors, methods, runtime.events());
        RpcServer server = RpcServer.listen(runtime.socketPath(), methods(methods, attachments), RpcLimits.defaults());
        return new CtxgraphService(store, attachments, server);
    }

    private static List<RpcMethod> methods(MemoryMethods methods, Attachments attachments) {
        return List.of(
                new RpcMethod("memory.put", OPERATORS, (caller, json) -> {
                    Params params = new Params(json);
                    return methods.put(agent(params), params);
                }),
                new RpcMethod("memory.get", OPERATORS, (caller, json) -> {
                    Params params = new Params(json);
                    return methods.get(agent(params), params);
                }),
                new RpcMethod("memory.attach", ROOT, (caller, json) -> attachments.attach(new Params(json))),
                new RpcMethod("memory.detach", ROOT, (caller, json) -> attachments.detach(new Params(json))));
    }

    private static AgentName agent(Params params) throws RpcException {
        return MemoryMethods.parse(params.string("agent"), AgentName::new, "agent");
    }

    /** Stops taking calls, then closes the database in order. */
    @Override
    public void close() throws SQLException {
        server.close();
        attachments.close();
        store.close();
    }
}
