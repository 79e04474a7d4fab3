package dev.nullbox.nullctl.client;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Listener on this machine, whose connections go on to a TCP port of an agent's guest. A connection that the guest
 * refuses is reset, and told.
 */
public final class PortForward implements AutoCloseable {
    /** Most connections at once; more wait in the listener's queue. */
    private static final int MAX_CONNECTIONS = 64;

    private final Upload.Connector connector;
    private final Value<String> agent;
    private final int guestPort;
    private final ServerSocket listener;
    private final Consumer<String> problems;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

    private PortForward(
            Upload.Connector connector,
            Value<String> agent,
            int guestPort,
            ServerSocket listener,
            Consumer<String> problems) {
        this.connector = connector;
        this.agent = agent;
        this.guestPort = guestPort;
        this.listener = listener;
        this.problems = problems;
    }

    /**
     * Listens.
     *
     * @param local port 0 for any that is free
     * @param problems takes a line for each connection that failed, from any thread
     */
    public static PortForward open(
            Upload.Connector connector,
            Value<String> agent,
            InetSocketAddress local,
            int guestPort,
            Consumer<String> problems)
            throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.bind(local);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        PortForward forward = new PortForward(connector, agent, guestPort, listener, problems);
        Thread.ofPlatform().daemon().name("forward-" + guestPort).start(forward::accept);
        return forward;
    }

    /** The address that it listens on. */
    public InetSocketAddress local() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                free.acquire();
                Socket socket = listener.accept();
                Thread.ofPlatform().daemon().name("forwarded-" + guestPort).start(() -> serve(socket));
            }
        } catch (IOException e) {
            if (!listener.isClosed()) {
                problems.accept("port " + listener.getLocalPort() + " takes no more connections: " + e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket socket) {
        try (socket;
                ApplianceClient appliance = connector.connect()) {
            // Without this, a connection that fails would look like one that ended.
            socket.setSoLinger(true, 0);
            Message begun = appliance.call(AgentContract.AGENT_DIAL, agent, Fields.PORT.is((long) guestPort));
            Value<String> id = AgentContract.EXEC.is(begun.get(AgentContract.EXEC));
            try {
                relay(socket, appliance, id);
            } finally {
                appliance.call(AgentContract.EXEC_CLOSE, id);
            }
        } catch (IOException e) {
            problem(ProgramOutput.cause(e).orElse(e));
        } catch (RpcException | CannotConnectException e) {
            problem(e);
        } finally {
            free.release();
        }
    }

    private void problem(Exception cause) {
        problems.accept(
                "a connection to port " + guestPort + " of " + agent.value() + " failed: " + cause.getMessage());
    }

    private void relay(Socket socket, ApplianceClient appliance, Value<String> id) throws IOException {
        AtomicBoolean isOver = new AtomicBoolean();
        Thread.ofPlatform().daemon().name("forwarded-input-" + guestPort).start(() -> send(socket, id, isOver));
        try {
            ProgramOutput output = new ProgramOutput(appliance, id);
            OutputStream out = socket.getOutputStream();
            byte[] piece = new byte[ProgramInput.PIECE_BYTES];
            for (int count = output.read(piece); count >= 0; count = output.read(piece)) {
                out.write(piece, 0, count);
            }
            Message end = output.end();
            if (!end.find(Fields.CODE).equals(Optional.of(0L))) {
                throw new IOException(end.find(Fields.WHY).orElseGet(() -> end.get(AgentContract.HOW)));
            }
            socket.setSoLinger(false, 0);
        } finally {
            isOver.set(true);
        }
    }

    private void send(Socket socket, Value<String> id, AtomicBoolean isOver) {
        byte[] piece = new byte[ProgramInput.PIECE_BYTES];
        try (ProgramInput input = new ProgramInput(connector, id, isOver::get)) {
            InputStream in = socket.getInputStream();
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                input.send(Arrays.copyOf(piece, count), false);
            }
            input.send(new byte[0], true);
        } catch (IOException | RpcException | CannotConnectException e) {
            // What the guest sent, or its end, is what counts.
            if (!isOver.get()) {
                problem(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
