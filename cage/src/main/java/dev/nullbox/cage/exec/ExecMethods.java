package dev.nullbox.cage.exec;

import dev.nullbox.cage.guest.CopyRequest;
import dev.nullbox.cage.guest.DialRequest;
import dev.nullbox.cage.guest.ExecRequest;
import dev.nullbox.cage.guest.GuestEnd;
import dev.nullbox.cage.guest.ProgramSession;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.guest.GuestCopy;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Methods of {@link AgentContract} on programs beside an agent, copies of its files, connections to its ports, and
 * signals to its own program.
 */
public final class ExecMethods {
    private static final int MAX_SHOWN_PROGRAM = 128;
    /** Way of an end that no guest has reported. */
    private static final String LOST = "crash";

    /** Lookup of the agent that a request names. */
    @FunctionalInterface
    public interface Agents {
        RunningAgent find(Message request) throws RpcException;
    }

    private final Agents agents;
    private final FileGuests files;
    private final ExecSessions sessions;
    private final EventSink events;

    public ExecMethods(Agents agents, FileGuests files, ExecSessions sessions, EventSink events) {
        this.agents = agents;
        this.files = files;
        this.sessions = sessions;
        this.events = events;
    }

    /** All methods. */
    public List<RpcMethod> methods() {
        return List.of(
                RpcMethod.of(AgentContract.AGENT_EXEC, this::exec),
                RpcMethod.of(AgentContract.EXEC_READ, (_, request) -> read(request)),
                RpcMethod.of(AgentContract.EXEC_WRITE, (_, request) -> write(request)),
                RpcMethod.of(AgentContract.EXEC_SIGNAL, (_, request) -> signal(request)),
                RpcMethod.of(AgentContract.EXEC_RESIZE, (_, request) -> resize(request)),
                RpcMethod.of(AgentContract.AGENT_SIGNAL, this::signalAgent),
                RpcMethod.of(AgentContract.EXEC_CLOSE, (_, request) -> close(request)),
                RpcMethod.of(
                        AgentContract.COPY_OUT,
                        (caller, request) -> copy(caller, request, GuestCopy.OUT, List.of(GuestCopy.OUT))),
                RpcMethod.of(AgentContract.COPY_IN, this::copyIn),
                RpcMethod.of(AgentContract.AGENT_DIAL, this::dial));
    }

    private Message exec(Caller caller, Message request) throws RpcException {
        RunningAgent agent = agents.find(request);
        ExecRequest program = new ExecRequest(
                request.get(AgentContract.WORDS),
                request.get(AgentContract.ENV),
                request.get(AgentContract.USER),
                request.get(AgentContract.WORKDIR),
                window(request));
        Optional<String> problem = program.problem();
        if (problem.isPresent()) {
            throw new RpcException(AgentReason.EXEC_REFUSED, problem.get(), AgentContract.WORDS.name());
        }
        String id = sessions.begin(agent.name(), () -> agent.guest().run(program));
        String name = program.words().getFirst();
        events.emit(
                AgentContract.EXECUTED,
                Fields.AGENT.is(agent.name()),
                AgentContract.EXEC.is(id),
                AgentContract.PROGRAM.is(
                        TerminalText.escaped(name.substring(0, Math.min(name.length(), MAX_SHOWN_PROGRAM)))),
                GatewayContract.CLIENT.is(TerminalText.escaped(caller.name())));
        return Message.of(AgentContract.EXEC.is(id));
    }

    private Message signalAgent(Caller caller, Message request) throws RpcException {
        RunningAgent agent = agents.find(request);
        int number = request.getInt(AgentContract.EXEC_SIGNAL_NUMBER);
        try {
            agent.guest().init().signal(number);
        } catch (IOException e) {
            throw failed(e);
        }
        events.emit(
                AgentContract.SIGNALLED,
                Fields.AGENT.is(agent.name()),
                AgentContract.EXEC_SIGNAL_NUMBER.is((long) number),
                GatewayContract.CLIENT.is(TerminalText.escaped(caller.name())));
        return Message.of();
    }

    private Message copyIn(Caller caller, Message request) throws RpcException {
        List<String> words = new ArrayList<>();
        words.add(request.get(AgentContract.AS_IS) ? GuestCopy.UNPACK : GuestCopy.IN);
        if (request.get(AgentContract.KEEP_OWNER)) {
            words.add(GuestCopy.KEEP_OWNER);
        }
        return copy(caller, request, GuestCopy.IN, words);
    }

    private Message copy(Caller caller, Message request, String direction, List<String> words) throws RpcException {
        CopyRequest copy = new CopyRequest(request.get(AgentContract.COPY_PATH), words);
        Optional<String> problem = copy.problem();
        if (problem.isPresent()) {
            throw new RpcException(AgentReason.EXEC_REFUSED, problem.get(), AgentContract.COPY_PATH.name());
        }
        String operator = TerminalText.escaped(caller.name());
        FileGuests.Opened opened = files.open(
                request, direction.equals(GuestCopy.IN) ? Optional.of(copy.path()) : Optional.empty(), operator);
        RunningAgent agent = opened.agent();
        String id = sessions.begin(agent.name(), () -> agent.guest().run(copy), opened.close());
        events.emit(
                AgentContract.COPIED,
                Message.of(
                                Fields.AGENT.is(agent.name()),
                                AgentContract.EXEC.is(id),
                                AgentContract.DIRECTION.is(direction),
                                AgentContract.COPY_PATH.is(TerminalText.escaped(copy.path())),
                                GatewayContract.CLIENT.is(operator))
                        .and(Fields.RUN, opened.run()));
        return Message.of(AgentContract.EXEC.is(id));
    }

    private Message dial(Caller caller, Message request) throws RpcException {
        RunningAgent agent = agents.find(request);
        DialRequest connection = new DialRequest(request.getInt(Fields.PORT));
        String id = sessions.begin(agent.name(), () -> agent.guest().run(connection));
        events.emit(
                AgentContract.DIALLED,
                Fields.AGENT.is(agent.name()),
                AgentContract.EXEC.is(id),
                Fields.PORT.is((long) connection.port()),
                GatewayContract.CLIENT.is(TerminalText.escaped(caller.name())));
        return Message.of(AgentContract.EXEC.is(id));
    }

    /** The size of a terminal that a request wants. */
    static Optional<ExecRequest.Window> window(Message request) throws RpcException {
        Optional<Long> rows = request.find(AgentContract.ROWS);
        Optional<Long> columns = request.find(AgentContract.COLUMNS);
        if (rows.isPresent() != columns.isPresent()) {
            throw new RpcException(
                    AgentReason.EXEC_REFUSED,
                    "a terminal has rows and columns; give both, or none",
                    AgentContract.ROWS.name());
        }
        return rows.map(
                _ -> new ExecRequest.Window(request.getInt(AgentContract.ROWS), request.getInt(AgentContract.COLUMNS)));
    }

    private Message read(Message request) throws RpcException {
        ProgramSession session = sessions.findForReader(request.get(AgentContract.EXEC));
        try {
            ProgramSession.Output output = session.read(wait(request));
            return Message.of(AgentContract.CHUNKS.is(output.chunks().stream()
                            .map(chunk -> Message.of(
                                    AgentContract.STDERR.is(chunk.isError()), AgentContract.EXEC_DATA.is(chunk.data())))
                            .toList()))
                    .and(AgentContract.LOST_BYTES, Optional.of(output.dropped()).filter(bytes -> bytes > 0))
                    .and(AgentContract.EXIT, end(output));
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static Optional<Message> end(ProgramSession.Output output) {
        if (!output.lost().isEmpty()) {
            return Optional.of(Message.of(AgentContract.HOW.is(LOST), Fields.WHY.is(output.lost())));
        }
        return output.exit().or(() -> output.end().map(ExecMethods::describe));
    }

    private static Message describe(GuestEnd end) {
        return Message.of(AgentContract.HOW.is(
                        end.how().name().toLowerCase(Locale.ROOT).replace('_', '-')))
                .and(Fields.CODE, Optional.of((long) end.code()).filter(_ -> end.how() == GuestHow.EXITED))
                .and(Fields.SIGNAL, Optional.of((long) end.code()).filter(_ -> end.how() == GuestHow.SIGNALLED))
                .and(Fields.WHY, Optional.of(end.text()).filter(text -> !text.isEmpty()));
    }

    private Message write(Message request) throws RpcException {
        ProgramSession session = sessions.find(request.get(AgentContract.EXEC));
        try {
            int taken = session.write(
                    request.get(AgentContract.EXEC_DATA), request.get(AgentContract.EXEC_END), wait(request));
            return Message.of(Fields.BYTES.is((long) taken));
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private Message signal(Message request) throws RpcException {
        try {
            sessions.find(request.get(AgentContract.EXEC)).signal(request.getInt(AgentContract.EXEC_SIGNAL_NUMBER));
            return Message.of();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Message resize(Message request) throws RpcException {
        ProgramSession session = sessions.find(request.get(AgentContract.EXEC));
        try {
            if (!session.resize(request.getInt(AgentContract.ROWS), request.getInt(AgentContract.COLUMNS))) {
                throw new RpcException(
                        AgentReason.EXEC_REFUSED,
                        "the run has no terminal; begin one with rows and columns (nullctl run -t)",
                        AgentContract.EXEC.name());
            }
            return Message.of();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Message close(Message request) throws RpcException {
        sessions.end(request.get(AgentContract.EXEC));
        return Message.of();
    }

    private static Duration wait(Message request) {
        return Duration.ofMillis(request.get(AgentContract.EXEC_WAIT));
    }

    private static RpcException failed(IOException cause) {
        return new RpcException(AgentReason.EXEC_FAILED, "its guest does not answer: " + cause.getMessage());
    }

    private static RpcException interrupted() {
        Thread.currentThread().interrupt();
        return new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
    }
}
