package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl wait}: until an agent's run is over; its exit code. */
@Command(
        name = "wait",
        exitCodeOnExecutionException = ProgramClient.NOT_RUN,
        description = "Waits until an agent's run is over, and prints its exit code.",
        footer = {
            "",
            "The exit code is the run's: 128 and the signal when one ended it, 125 when it",
            "has none, 124 when its time was over. Of an agent that does not run, it is that",
            "of its last run.",
            "",
            "Examples:",
            "  nullctl start job && nullctl wait job",
            "  nullctl wait coder --run $(nullctl run -d coder -- /app/task)"
        })
public final class WaitCommand extends CommandContext implements Callable<Integer> {
    private static final long WAIT_MILLIS = 10_000;

    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Option(names = "--run", paramLabel = "N", description = "This run of it (nullctl runs); else its own.")
    private Optional<Long> run = Optional.empty();

    @Override
    public Integer call() throws Exception {
        Message answer = ended();
        Optional<Message> exit = answer.find(AgentContract.EXIT);
        Optional<Integer> code = exit.flatMap(ProgramClient::code);
        if (code.isEmpty()) {
            String how = exit.map(end -> end.get(AgentContract.HOW)).orElse("no run of it has ended");
            Optional<String> why = exit.flatMap(end -> end.find(Fields.WHY)).or(() -> answer.find(Fields.WHY));
            throw new RpcException(
                    CallReason.UNEXPECTED,
                    "there is no exit code: " + how
                            + why.map(text -> ": " + text).orElse(""));
        }
        out().println(code.get());
        return code.get();
    }

    private Message ended() throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            Message query = Message.of(Fields.AGENT.is(agent), AgentContract.RUN_WAIT.is(WAIT_MILLIS))
                    .and(Fields.RUN, run);
            Message answer = appliance.call(AgentContract.AGENT_WAIT, query);
            while (!answer.get(AgentContract.IS_OVER)) {
                answer = appliance.call(AgentContract.AGENT_WAIT, query.and(Fields.RUN.is(answer.get(Fields.RUN))));
            }
            return answer;
        }
    }
}
