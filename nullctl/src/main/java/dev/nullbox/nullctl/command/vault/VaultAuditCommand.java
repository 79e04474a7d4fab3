package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Cell;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nullctl vault audit}: warden's records, of which the appliance keeps the latest on its disk. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Prints who did what to the vault, oldest first, also before the last boot.",
        footer = {
            "",
            "Examples:",
            "  nullctl vault audit --agent hello",
            "  nullctl vault audit --secret OPENAI_KEY",
            "  nullctl vault audit --after 4711 --json >> audit.jsonl"
        })
final class VaultAuditCommand extends Verb {
    private static final int PAGE = 1_500;
    private static final Set<String> NOT_FIELDS = Set.of("seq", "time", "event");

    @Option(names = "--after", paramLabel = "SEQ", description = "Only records with a higher number than this.")
    private long after;

    @Option(names = "--agent", paramLabel = "AGENT", description = "Only what this agent did or was lent.")
    private String agent = "";

    @Option(names = "--secret", paramLabel = "NAME", description = "Only what was done with this secret.")
    private String secret = "";

    @Option(names = "--json", description = "Print each record as one JSON object on a line.")
    private boolean json;

    @Override
    protected void perform() throws Exception {
        if (after < 0) {
            throw new UsageException("--after is 0 or more");
        }
        try (ApplianceClient appliance = session().connect()) {
            Answer page = read(appliance, after);
            long last = print(page, after);
            long from = after;
            while (page.list("records").size() >= PAGE && last > from) {
                from = last;
                page = read(appliance, from);
                last = print(page, from);
            }
            long damaged = page.count("damaged");
            if (damaged > 0) {
                io().err()
                        .println("nullctl: " + damaged + " places of the audit log hold something else than a record");
            }
        }
    }

    private static Answer read(ApplianceClient appliance, long after) throws RpcException, CannotConnectException {
        JsonObject params = new JsonObject();
        params.addProperty("after", after);
        params.addProperty("max", PAGE);
        return Answer.of("vault.audit", appliance.call("vault.audit", params));
    }

    /** Prints what was asked for; the number of the last record. */
    private long print(Answer page, long after) throws RpcException {
        long last = after;
        for (JsonElement element : page.list("records")) {
            last = Math.max(last, Answer.of("vault.audit", element).count("seq"));
            if (element instanceof JsonObject record && isAsked(record)) {
                out().println(json ? TerminalText.json(record) : line(record));
            }
        }
        return last;
    }

    private boolean isAsked(JsonObject record) {
        return (agent.isEmpty() || agent.equals(Cell.of("agent", record.get("agent"))))
                && (secret.isEmpty()
                        || secret.equals(Cell.of("name", record.get("name")))
                        || List.of(Cell.of("names", record.get("names")).split(", ", -1))
                                .contains(secret));
    }

    /** One record as {@code 17 2026-11-26T06:44:31Z vault.read caller=gateway name=A version=1}. */
    private static String line(JsonObject record) {
        return Cell.of("seq", record.get("seq"))
                + ' '
                + Cell.of("time", record.get("time"))
                + ' '
                + Cell.of("event", record.get("event"))
                + Cell.fields(record, NOT_FIELDS);
    }
}
