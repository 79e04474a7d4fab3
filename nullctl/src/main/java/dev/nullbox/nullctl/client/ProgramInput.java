package dev.nullbox.nullctl.client;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Input of a program beside an agent, by one connection while input comes, and by another after a pause. */
public final class ProgramInput implements AutoCloseable {
    /** Longest piece that is sent at once. */
    public static final int PIECE_BYTES = 65_536;

    private static final long WAIT_MILLIS = 10_000;
    /** A connection that was silent for longer is opened anew: the gateway closes such. */
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Upload.Connector connector;
    private final Value<String> id;
    private final BooleanSupplier isOver;
    private @Nullable ApplianceClient connection;
    private long usedAt;

    /** @param isOver true once the program takes nothing any more */
    public ProgramInput(Upload.Connector connector, Value<String> id, BooleanSupplier isOver) {
        this.connector = connector;
        this.id = id;
        this.isOver = isOver;
    }

    private ApplianceClient connection() throws CannotConnectException {
        ApplianceClient open = connection;
        if (open != null && System.nanoTime() - usedAt < KEPT_NANOS) {
            return open;
        }
        close();
        open = connector.connect();
        connection = open;
        return open;
    }

    /** Sends a piece whole, unless the program is over; waits while the program takes none. */
    public void send(byte[] data, boolean isEnd) throws RpcException, CannotConnectException {
        int at = 0;
        do {
            byte[] rest = Arrays.copyOfRange(data, at, data.length);
            at += Math.toIntExact(connection()
                    .call(
                            AgentContract.EXEC_WRITE,
                            id,
                            AgentContract.EXEC_DATA.is(rest),
                            AgentContract.EXEC_END.is(isEnd),
                            AgentContract.EXEC_WAIT.is(WAIT_MILLIS))
                    .get(Fields.BYTES));
            usedAt = System.nanoTime();
        } while (at < data.length && !isOver.getAsBoolean());
    }

    @Override
    public void close() {
        ApplianceClient open = connection;
        if (open != null) {
            open.close();
            connection = null;
        }
    }
}
