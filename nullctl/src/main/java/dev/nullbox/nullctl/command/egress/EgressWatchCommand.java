package dev.nullbox.nullctl.command.egress;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.TerminalText;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl egress watch AGENT}: refusals as they happen, a line each. */
@Command(
        name = "watch",
        description = "Prints each name and connection that an agent is refused, with the line that would allow it.",
        footer = {"", "Example: nullctl egress watch hello"})
final class EgressWatchCommand extends BaseCommand {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    @Parameters(paramLabel = "AGENT", description = "The agent's name.")
    private String agent = "";

    @Option(names = "--once", description = "Prints those since egress started, and ends.")
    private boolean once;

    @Override
    protected void execute() throws Exception {
        Map<String, Long> told = new HashMap<>();
        AgentName name = new AgentName(agent);
        try (ApplianceClient appliance = session().connect()) {
            boolean isOver = false;
            while (!isOver) {
                Message answer = appliance.call(EgressContract.REFUSED, Message.of(EgressContract.AGENT.is(name)));
                for (Message refusal : answer.get(EgressContract.REFUSALS)) {
                    print(refusal, told);
                }
                out().flush();
                isOver = once || out().checkError();
                if (!isOver) {
                    Thread.sleep(PERIOD);
                }
            }
        }
    }

    private void print(Message refusal, Map<String, Long> told) {
        String place = refusal.find(Fields.ADDRESS)
                .map(address -> address + ":" + refusal.get(Fields.PORT) + "/" + refusal.get(EgressContract.PROTOCOL))
                .orElse("");
        Optional<String> name = refusal.find(Fields.NAME);
        String what = (name.orElse("") + " " + place).strip();
        long total = refusal.get(EgressContract.TOTAL);
        long more = total - told.getOrDefault(what, 0L);
        if (more > 0) {
            told.put(what, total);
            String allowedBy = refusal.get(EgressContract.ALLOWED_BY);
            out().println(TerminalText.line(what + "  " + more + " times: " + refusal.get(Fields.REASON)
                    + (allowedBy.isEmpty() ? "" : "; " + allowedBy)));
        }
    }
}
