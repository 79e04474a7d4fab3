package dev.nullbox.ctxgraph;

import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.api.OperatorMethods;
import dev.nullbox.ctxgraph.http.Attachments;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.store.Backup;
import dev.nullbox.ctxgraph.store.IntegrityCheck;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.ctxgraph.transfer.Transfers;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The memory service: the store, its socket for host services, and a door for every attached agent.
 *
 * <p>On the socket root and the gateway act as the operator; at a door the door says which agent it is.
 */
final class CtxgraphService implements AutoCloseable {
    private static final Set<String> OPERATORS = Set.of("root", "gateway");
    private static final Set<String> ROOT = Set.of("root");

    private static final List<String> FOR_ALL =
            List.of("put", "delete", "get", "head", "history", "list", "search", "watch", "chunk.put", "chunk.get");

    /** More workers than usual, because watches wait on them; more time, because a backup of a large store takes it. */
    private static final RpcLimits LIMITS = new RpcLimits(64, 12, Duration.ofSeconds(60), Duration.ofHours(1));

    private final SqliteMemory memory;
    private final IntegrityCheck check;
    private final Attachments attachments;
    private final RpcServer server;

    private CtxgraphService(SqliteMemory memory, IntegrityCheck check, Attachments attachments, RpcServer server) {
        this.memory = memory;
        this.check = check;
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
        if (Backup.apply(database)) {
            runtime.events().emit("memory.restored");
        }
        SqliteMemory memory;
        try {
            memory = SqliteMemory.open(database, System::nanoTime);
        } catch (SQLException e) {
            throw new IOException("cannot open " + database + ": " + e.getMessage(), e);
        }
        IntegrityCheck check = IntegrityCheck.start(database, runtime.events());
        MemoryMethods methods = new MemoryMethods(memory, runtime.events());
        OperatorMethods operators = new OperatorMethods(
                memory,
                database,
                Transfers.open(runtime.stateDir().resolve("transfers")),
                check,
                runtime.events(),
                // By a thread of its own: the exit waits for the call that asks for it to be answered.
                () -> new Thread(() -> runtime.exit(0), "restart").start());
        Path doors = runtime.socketPath().resolveSibling("attachments.json");
        Attachments attachments = Attachments.restore(doors, methods.service(), McpEndpoint::new, runtime.events());
        RpcServer server = RpcServer.listen(runtime.socketPath(), methods(methods, operators, attachments), LIMITS);
        return new CtxgraphService(memory, check, attachments, server);
    }

    private static List<RpcMethod> methods(MemoryMethods methods, OperatorMethods operators, Attachments attachments) {
        List<RpcMethod> all = new ArrayList<>();
        for (String name : FOR_ALL) {
            String method = "memory." + name;
            all.add(new RpcMethod(
                    method, OPERATORS, (caller, params) -> methods.call(Actor.operator(), method, params)));
        }
        for (String name : OperatorMethods.NAMES) {
            all.add(new RpcMethod("memory." + name, OPERATORS, (caller, params) -> operators.call(name, params)));
        }
        all.add(new RpcMethod("memory.attach", ROOT, (caller, json) -> attachments.attach(new Params(json))));
        all.add(new RpcMethod("memory.detach", ROOT, (caller, json) -> attachments.detach(new Params(json))));
        return all;
    }

    /** Stops taking calls, then closes the database in order. */
    @Override
    public void close() throws RpcException {
        server.close();
        attachments.close();
        check.close();
        memory.close();
    }
}
