package dev.nullbox.nullctl.client;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Standard output of a program beside an agent as a stream; its standard error, up to a bound, and its end are kept. */
public final class ProgramOutput extends InputStream {
    private static final long WAIT_MILLIS = 10_000;
    private static final int MAX_ERRORS = 65_536;
    private static final long MAX_REST = 1 << 20;

    private final ApplianceClient appliance;
    private final Value<String> id;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private InputStream ready = InputStream.nullInputStream();
    private Optional<Message> end = Optional.empty();
    private long bytes;

    public ProgramOutput(ApplianceClient appliance, Value<String> id) {
        this.appliance = appliance;
        this.id = id;
    }

    /** Bytes of standard output so far. */
    public long bytes() {
        return bytes;
    }

    /** The beginning of what it wrote to its standard error so far. */
    public byte[] errors() {
        return errors.toByteArray();
    }

    /**
     * The program's end, once what little is left of its output has been read.
     *
     * @throws IOException when it goes on writing
     */
    public Message end() throws IOException {
        long last = bytes + MAX_REST;
        byte[] piece = new byte[ProgramInput.PIECE_BYTES];
        while (read(piece) >= 0) {
            if (bytes > last) {
                throw new IOException("the guest goes on sending after the end of the archive");
            }
        }
        return end.orElseThrow();
    }

    /** The error of a call, when a read ended with that. */
    public static Optional<Exception> cause(IOException failed) {
        return Optional.ofNullable(failed.getCause())
                .filter(cause -> cause instanceof RpcException || cause instanceof CannotConnectException)
                .map(Exception.class::cast);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = ready.read(into, offset, length);
        while (count < 0 && end.isEmpty()) {
            take();
            count = ready.read(into, offset, length);
        }
        return count;
    }

    private void take() throws IOException {
        Message page;
        try {
            page = appliance.call(AgentContract.EXEC_READ, id, AgentContract.EXEC_WAIT.is(WAIT_MILLIS));
        } catch (RpcException | CannotConnectException e) {
            throw new IOException(e.getMessage(), e);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Message chunk : page.get(AgentContract.CHUNKS)) {
            byte[] data = chunk.get(AgentContract.EXEC_DATA);
            if (!chunk.get(AgentContract.STDERR)) {
                out.writeBytes(data);
            } else if (errors.size() < MAX_ERRORS) {
                errors.write(data, 0, Math.min(data.length, MAX_ERRORS - errors.size()));
            }
        }
        bytes += out.size();
        ready = new ByteArrayInputStream(out.toByteArray());
        end = page.find(AgentContract.EXIT);
    }
}
