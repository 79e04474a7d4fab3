package dev.nullbox.ctxgraph.api;

import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.memory.KeyGlob;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Store of its own and the state that listeners share, for agents whose quotas no test reaches. */
public final class TestMemory implements AutoCloseable {
    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private final SqliteMemory memory;
    private final MemoryMethods service;

    public TestMemory(Path directory) throws SQLException {
        memory = SqliteMemory.open(directory.resolve("memory.db"), System::nanoTime);
        service = new MemoryMethods(memory, new EventSink(events));
    }

    public SqliteMemory memory() {
        return memory;
    }

    public MemoryMethods service() {
        return service;
    }

    /** The same with the test's own buffers. */
    public MemoryMethods service(BufferBudget buffers) {
        return new MemoryMethods(memory, new EventSink(events), buffers);
    }

    /** The events so far, one a line. */
    public String events() {
        return events.toString(StandardCharsets.UTF_8);
    }

    /** An agent with its own space and these patterns besides. */
    public static Principal principal(String name, String... granted) {
        List<KeyGlob> patterns = new ArrayList<>(Principal.ownSpace(new PrincipalName(name)));
        for (String pattern : granted) {
            patterns.add(new KeyGlob(pattern));
        }
        return new Principal(new PrincipalName(name), 1, "", patterns, patterns, 1L << 30, 1_000_000, List.of());
    }

    @Override
    public void close() throws RpcException {
        memory.close();
    }
}
