package dev.nullbox.nullctl.client;

import dev.nullbox.nullctl.terminal.ByteSource;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Upload of a file that may arrive slowly, and may be abandoned at any time. Used by one thread; abandoned by any. */
public final class Upload implements AutoCloseable {
    /** Pause after which a call keeps the connection: the gateway closes one without a call for a minute. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Connector connector;
    private final TransferContract methods;
    private volatile Optional<String> transfer = Optional.empty();
    private @Nullable ApplianceClient connection;
    private long usedAt;

    /** Factory of connections to the appliance. */
    @FunctionalInterface
    public interface Connector {
        ApplianceClient connect() throws CannotConnectException;
    }

    public Upload(Connector connector, TransferContract methods) {
        this.connector = connector;
        this.methods = methods;
    }

    /**
     * Sends all of a source; returns transfer and sha256, for the method that takes it.
     *
     * @param sent takes the number of bytes that the appliance has
     */
    public Message send(ByteSource source, LongConsumer sent)
            throws RpcException, CannotConnectException, UsageException {
        return Transfers.send(
                params -> {
                    Message taken = connection().call(methods.write(), params);
                    usedAt = System.nanoTime();
                    transfer = taken.find(TransferContract.TRANSFER);
                    sent.accept(taken.get(Fields.BYTES));
                    return taken;
                },
                source);
    }

    private ApplianceClient connection() throws CannotConnectException {
        ApplianceClient open = connection;
        if (open != null && System.nanoTime() - usedAt < SILENT_NANOS) {
            return open;
        }
        close();
        ApplianceClient made = connector.connect();
        connection = made;
        return made;
    }

    /** Marks the file as taken: there is nothing to abandon any more. */
    public void taken() {
        transfer = Optional.empty();
    }

    /** Ends the transfer so far, by a connection of its own, unless the file was taken. */
    public void abandon() throws RpcException, CannotConnectException {
        Optional<String> left = transfer;
        transfer = Optional.empty();
        if (left.isPresent()) {
            try (ApplianceClient appliance = connector.connect()) {
                appliance.call(methods.drop(), TransferContract.TRANSFER.is(left.get()));
            }
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
