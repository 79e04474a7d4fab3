package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.client.ProgramInput;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Streams of a program on the appliance, passed between it and this process. */
final class ProgramClient {
    /** Exit code when nothing was run, or the end is unknown. */
    static final int NOT_RUN = 125;

    /** What a signal's number is added to. */
    private static final int SIGNALLED = 128;

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;
    /** As timeout(1) ends. */
    private static final int TIMED_OUT = 124;

    private static final long WAIT_MILLIS = 10_000;

    private final Session session;
    private final Value<String> id;
    private volatile boolean isOver;

    /** @param id of a method that has begun a program */
    ProgramClient(Session session, String id) {
        this.session = session;
        this.id = AgentContract.EXEC.is(id);
    }

    Value<String> id() {
        return id;
    }

    boolean isOver() {
        return isOver;
    }

    /** Prints its output, and passes input on meanwhile, until it has ended; its end. */
    Message follow(InputStream in, Runnable interrupted)
            throws RpcException, CannotConnectException, LocalFileException {
        Thread interrupt = new Thread(() -> {
            if (!isOver) {
                interrupted.run();
            }
        });
        Runtime.getRuntime().addShutdownHook(interrupt);
        try {
            Thread.ofPlatform().daemon().start(() -> passInput(in));
            return follow();
        } finally {
            isOver = true;
            Runtime.getRuntime().removeShutdownHook(interrupt);
        }
    }

    private Message follow() throws RpcException, CannotConnectException, LocalFileException {
        try (ApplianceClient appliance = session.connect()) {
            Message page = read(appliance);
            while (!page.has(AgentContract.EXIT)) {
                page = read(appliance);
            }
            appliance.call(AgentContract.EXEC_CLOSE, id);
            return page.get(AgentContract.EXIT);
        }
    }

    private Message read(ApplianceClient appliance) throws RpcException, CannotConnectException, LocalFileException {
        Message page = appliance.call(AgentContract.EXEC_READ, id, AgentContract.EXEC_WAIT.is(WAIT_MILLIS));
        for (Message chunk : page.get(AgentContract.CHUNKS)) {
            byte[] data = chunk.get(AgentContract.EXEC_DATA);
            if (chunk.get(AgentContract.STDERR)) {
                session.io().writeError(data);
            } else {
                session.io().write(data);
            }
        }
        return page;
    }

    private void passInput(InputStream in) {
        try (ProgramInput sender = new ProgramInput(session::connect, id, () -> isOver)) {
            byte[] piece = new byte[ProgramInput.PIECE_BYTES];
            int count = in.read(piece);
            while (count >= 0) {
                sender.send(Arrays.copyOf(piece, count), false);
                count = in.read(piece);
            }
            sender.send(new byte[0], true);
        } catch (RpcException | CannotConnectException | IOException e) {
            if (!isOver) {
                warn("input is not passed on: " + e.getMessage());
            }
        }
    }

    void warn(String what) {
        session.io().err().println(TerminalText.line("nullctl: " + what));
    }

    /** The exit code for the end of a program or run; absent when it has none. */
    static Optional<Integer> code(Message end) {
        Optional<Integer> own = end.find(Fields.CODE)
                .or(() -> end.find(Fields.SIGNAL).map(signal -> SIGNALLED + signal))
                .map(Math::toIntExact);
        return own.or(() -> switch (end.get(AgentContract.HOW)) {
            case AgentContract.NOT_FOUND -> Optional.of(NOT_FOUND);
            case AgentContract.NOT_EXECUTABLE -> Optional.of(NOT_EXECUTABLE);
            case AgentContract.TIMED_OUT -> Optional.of(TIMED_OUT);
            default -> Optional.empty();
        });
    }

    /** The end in words. */
    static String words(Message end) {
        return end.get(AgentContract.HOW)
                + end.find(Fields.WHY).map(why -> ": " + why).orElse("");
    }
}
