package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.client.ProgramInput;
import dev.nullbox.nullctl.command.Session;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

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
    private static final int SIGINT = 2;
    private static final long SIZE_MILLIS = 250;

    /** The keys that leave a run at a terminal to itself. */
    static final String KEYS = "Ctrl-P Ctrl-Q";

    private final Session session;
    private final Value<String> id;
    private volatile boolean isOver;
    private volatile boolean isLeft;

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

    /**
     * Prints its output, and passes input on meanwhile, until it has ended; its end, absent when it was left before.
     *
     * @param in absent for a program whose input is left alone
     */
    Optional<Message> follow(Optional<InputStream> in, Runnable interrupted)
            throws RpcException, CannotConnectException, LocalFileException {
        Thread interrupt = new Thread(() -> {
            if (!isOver) {
                interrupted.run();
            }
        });
        Runtime.getRuntime().addShutdownHook(interrupt);
        try {
            in.ifPresent(input -> Thread.ofPlatform().daemon().start(() -> passInput(input)));
            return follow();
        } finally {
            isOver = true;
            removeHook(interrupt);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook runs.
        }
    }

    private Optional<Message> follow() throws RpcException, CannotConnectException, LocalFileException {
        try (ApplianceClient appliance = session.connect()) {
            Message page = read(appliance);
            while (!page.has(AgentContract.EXIT)) {
                page = read(appliance);
            }
            if (isLeft) {
                return Optional.empty();
            }
            appliance.call(AgentContract.EXEC_CLOSE, id);
            return page.find(AgentContract.EXIT);
        } catch (RpcException | CannotConnectException e) {
            if (isLeft) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Leaves a run to itself. */
    void leave() {
        isLeft = true;
        try (ApplianceClient appliance = session.connect()) {
            appliance.call(AgentContract.EXEC_CLOSE, id);
        } catch (RpcException | CannotConnectException e) {
            if (!isOver) {
                warn("the appliance was not told that it is left, and notices in a minute: " + e.getMessage());
            }
        }
    }

    /** Passes Ctrl-C on: the program gets the signal. */
    void interrupt() throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = session.connect()) {
            appliance.call(AgentContract.EXEC_SIGNAL, id, AgentContract.EXEC_SIGNAL_NUMBER.is((long) SIGINT));
        }
    }

    /** The terminal that standard input is. */
    static Streams.Terminal terminal(Streams streams) throws UsageException {
        return streams.terminal().orElseThrow(() -> new UsageException("standard input is no terminal: leave -t out"));
    }

    /** Requested variables; at a terminal also TERM, as programs draw by it. */
    static List<String> variables(Streams streams, boolean hasTerminal, List<String> requested) {
        List<String> all = new ArrayList<>();
        if (hasTerminal) {
            all.add("TERM=" + streams.environment().getOrDefault("TERM", "xterm"));
        }
        all.addAll(requested);
        return all;
    }

    /** Polls the terminal's size, and passes changes on: no signal reports them in Java. */
    void followSize(Streams.RawMode terminal, Streams.Size first) {
        Thread.ofPlatform().daemon().start(() -> pollSize(terminal, first));
    }

    private void pollSize(Streams.RawMode terminal, Streams.Size first) {
        Streams.Size told = first;
        try {
            while (!isOver) {
                TimeUnit.MILLISECONDS.sleep(SIZE_MILLIS);
                Streams.Size now = terminal.size();
                if (!now.equals(told)) {
                    resize(now);
                    told = now;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RpcException | CannotConnectException e) {
            // The program has ended, which its reader reports.
        }
    }

    private void resize(Streams.Size size) throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = session.connect()) {
            appliance.call(
                    AgentContract.EXEC_RESIZE,
                    id,
                    AgentContract.ROWS.is((long) size.rows()),
                    AgentContract.COLUMNS.is((long) size.columns()));
        }
    }

    /** Makes a program at a terminal draw itself anew: it does when the size changes. */
    void redraw(Streams.Size size) throws RpcException, CannotConnectException {
        resize(new Streams.Size(size.rows() + 1, size.columns()));
        resize(size);
    }

    private Message read(ApplianceClient appliance) throws RpcException, CannotConnectException, LocalFileException {
        Message page = appliance.call(AgentContract.EXEC_READ, id, AgentContract.EXEC_WAIT.is(WAIT_MILLIS));
        page.find(AgentContract.LOST_BYTES)
                .ifPresent(bytes -> warn(bytes + " bytes of output were not read in time; nullctl logs has them"));
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
            if (!isLeft) {
                sender.send(new byte[0], true);
            }
        } catch (RpcException | CannotConnectException | IOException e) {
            if (!isOver && !isLeft) {
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

    /** The exit code for the end of a run, which is told in words where it is none of its program's. */
    int codeOfRun(Message end, String name) throws RpcException {
        int code = code(end)
                .orElseThrow(() -> new RpcException(CallReason.UNEXPECTED, name + " has no exit code: " + words(end)));
        if (!end.has(Fields.CODE)) {
            warn(name + " ended: " + words(end));
        }
        return code;
    }

    /** The end in words. */
    static String words(Message end) {
        return end.get(AgentContract.HOW)
                + end.find(Fields.WHY).map(why -> ": " + why).orElse("");
    }
}
