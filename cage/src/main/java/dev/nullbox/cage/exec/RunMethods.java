package dev.nullbox.cage.exec;

import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.agent.AgentState;
import dev.nullbox.cage.agent.EndedRun;
import dev.nullbox.cage.agent.TaskRequest;
import dev.nullbox.cage.agent.TaskRuns;
import dev.nullbox.cage.guest.ExecRequest;
import dev.nullbox.cage.guest.RunSession;
import dev.nullbox.cage.guest.RunStreams;
import dev.nullbox.manifest.EnvName;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Methods of {@link AgentContract} on runs beside agents' own. */
public final class RunMethods {
    private static final int MAX_SHOWN_PROGRAM = 128;
    private static final String ENDED = "ended";

    private final AgentRegistry agents;
    private final ExecSessions sessions;
    private final EventSink events;

    public RunMethods(AgentRegistry agents, ExecSessions sessions, EventSink events) {
        this.agents = agents;
        this.sessions = sessions;
        this.events = events;
    }

    /** All methods. */
    public List<RpcMethod> methods() {
        return List.of(
                RpcMethod.of(AgentContract.AGENT_RUN, this::run),
                RpcMethod.of(AgentContract.AGENT_ATTACH, this::attach),
                RpcMethod.of(AgentContract.AGENT_RUNS, (_, request) -> list(request)));
    }

    private Message run(Caller caller, Message request) throws RpcException {
        boolean isDetached = request.get(AgentContract.IS_DETACHED);
        RunStreams streams = streams(request, isDetached);
        TaskRequest task = new TaskRequest(
                request.get(AgentContract.ARGS),
                variables(request.get(AgentContract.ENV)),
                request.find(AgentContract.TIMEOUT).map(Duration::ofMillis),
                streams,
                TerminalText.escaped(caller.name()),
                !request.get(AgentContract.IS_FORGOTTEN),
                false);
        agents.awaitFiles(request);
        if (isDetached) {
            return Message.of(Fields.RUN.is(begin(request, task)));
        }
        RunSession holder = streams.hold();
        long[] number = new long[1];
        String id = sessions.begin(request.get(Fields.AGENT), () -> {
            number[0] = begin(request, task);
            return holder;
        });
        return Message.of(Fields.RUN.is(number[0]), AgentContract.EXEC.is(id));
    }

    private static RunStreams streams(Message request, boolean isDetached) throws RpcException {
        Optional<ExecRequest.Window> terminal = ExecMethods.window(request);
        boolean isKept = request.get(AgentContract.KEEPS_INPUT) || terminal.isPresent();
        return new RunStreams(
                isDetached && !isKept ? Optional.empty() : Optional.of(new RunStreams.Input(isKept, terminal)));
    }

    private Message attach(Caller caller, Message request) throws RpcException {
        AgentRunner runner = agents.runnerOfRun(request);
        AgentRunner.Snapshot now = runner.snapshot();
        String agent = runner.agent().name();
        if (!(now.state() instanceof AgentState.Live)) {
            throw new RpcException(
                    AgentReason.AGENT_STOPPED,
                    agent + " does not run, but is " + now.state().label() + "; start it first",
                    Fields.AGENT.name());
        }
        RunStreams streams = runner.streams();
        String id = sessions.begin(agent, streams::attach);
        events.emit(
                AgentContract.ATTACHED,
                Fields.AGENT.is(agent),
                Fields.RUN.is(now.run()),
                AgentContract.EXEC.is(id),
                GatewayContract.CLIENT.is(TerminalText.escaped(caller.name())));
        return Message.of(
                AgentContract.EXEC.is(id),
                Fields.RUN.is(now.run()),
                AgentContract.HAS_INPUT.is(streams.takesInput()),
                AgentContract.HAS_TERMINAL.is(streams.terminal().isPresent()));
    }

    private long begin(Message request, TaskRequest task) throws RpcException {
        TaskRuns.TaskRun run = agents.beginTask(request, task);
        events.emit(
                AgentContract.RUN_BEGUN,
                Fields.AGENT.is(run.agent()),
                Fields.RUN.is(run.number()),
                AgentContract.PROGRAM.is(shown(run.program())),
                GatewayContract.CLIENT.is(task.operator()));
        return run.number();
    }

    private static String shown(String program) {
        return TerminalText.escaped(program.substring(0, Math.min(program.length(), MAX_SHOWN_PROGRAM)));
    }

    private static Map<String, String> variables(List<String> stated) throws RpcException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : stated) {
            int end = variable.indexOf('=');
            if (end < 1 || variable.indexOf(0) >= 0) {
                throw refused("a variable is NAME=value");
            }
            try {
                variables.put(new EnvName(variable.substring(0, end)).value(), variable.substring(end + 1));
            } catch (InvalidValueException e) {
                throw refused(e.problem() + "; " + e.remedy());
            }
        }
        return variables;
    }

    private static RpcException refused(String problem) {
        return new RpcException(AgentReason.EXEC_REFUSED, problem, AgentContract.ENV.name());
    }

    private List<Message> list(Message request) throws RpcException {
        Optional<String> agent = request.find(Fields.AGENT);
        if (agent.isPresent()) {
            var _ = agents.runner(request);
        }
        Stream<Message> ended = agents.tasks().ended().stream()
                .filter(run -> isOf(agent, run.agent()))
                .map(RunMethods::describe);
        Stream<Message> live = agents.tasks().live().stream()
                .filter(run -> isOf(agent, run.agent()))
                .map(RunMethods::describe);
        return Stream.concat(ended, live)
                .sorted(Comparator.comparing(run -> run.get(AgentContract.BEGUN_AT)))
                .toList();
    }

    private static boolean isOf(Optional<String> wanted, String agent) {
        return wanted.isEmpty() || wanted.get().equals(agent);
    }

    private static Message describe(TaskRuns.TaskRun run) {
        boolean isLive = run.isLive();
        return Message.of(
                        Fields.AGENT.is(run.agent()),
                        Fields.RUN.is(run.number()),
                        Fields.STATE.is(isLive ? run.runner().snapshot().state().label() : ENDED),
                        AgentContract.PROGRAM.is(shown(run.program())),
                        GatewayContract.CLIENT.is(run.operator()),
                        AgentContract.BEGUN_AT.is(run.begunMillis()))
                .and(AgentContract.EXIT, isLive ? Optional.empty() : Optional.of(run.end()));
    }

    private static Message describe(EndedRun run) {
        return Message.of(
                Fields.AGENT.is(run.agent()),
                Fields.RUN.is(run.number()),
                Fields.STATE.is(ENDED),
                AgentContract.PROGRAM.is(shown(run.program())),
                GatewayContract.CLIENT.is(run.operator()),
                AgentContract.BEGUN_AT.is(run.begunMillis()),
                AgentContract.ENDED_AT.is(run.endedMillis()),
                AgentContract.EXIT.is(run.exit()));
    }
}
