package dev.nullbox.ctxgraph;

import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.api.OperatorMethods;
import dev.nullbox.ctxgraph.http.Attachments;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.store.Backup;
import dev.nullbox.ctxgraph.store.IntegrityCheck;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.protocol.api.MemoryEvents;
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

/**
 * The memory service: the store, its socket for host services, and a listener for every attached agent.
 *
 * <p>On the socket root and the gateway act as the operator; at a listener the address that was called identifies the
 * agent.
 */
final class CtxgraphService implements AutoCloseable {
    /**
     * More workers than usual, because watches block them; a longer deadline, because a backup of a large store takes
     * it.
     */
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
     * Opens the database {@code memory.db} in the state directory, reopens the listeners that were attached before, and
     * binds the socket.
     *
     * @throws IOException when the database or the socket cannot be opened; the message says which
     */
    static CtxgraphService start(ServiceRuntime runtime) throws IOException {
        Path database = runtime.stateDir().resolve("memory.db");
        if (Backup.apply(database)) {
            runtime.events().emit(MemoryEvents.RESTORED);
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
                runtime.stateDir().resolve("transfers"),
                check,
                runtime.events(),
                // In a thread of its own: the exit waits until the call that asked for it has been answered.
                () -> new Thread(() -> runtime.exit(0), "restart").start());
        Path listeners = runtime.socketPath().resolveSibling("attachments.json");
        Attachments attachments = Attachments.restore(listeners, methods, McpEndpoint::new, runtime.events());
        List<RpcMethod> all = new ArrayList<>(methods.ofOperators());
        all.addAll(operators.all());
        all.addAll(attachments.methods());
        RpcServer server = RpcServer.listen(runtime.socketPath(), all, LIMITS);
        return new CtxgraphService(memory, check, attachments, server);
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
