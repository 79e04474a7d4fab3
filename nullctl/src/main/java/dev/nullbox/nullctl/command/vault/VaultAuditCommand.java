package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.service.TerminalText;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nullctl vault audit}: warden's audit records, the latest of which the appliance keeps on its disk. */
@Command(
        name = "audit",
        description = "Prints who did what to the vault, oldest first, also before the last boot.",
        footer = {
            "",
            "Examples:",
            "  nullctl vault audit --agent hello",
            "  nullctl vault audit --secret OPENAI_KEY",
            "  nullctl vault audit --after 4711 --json >> audit.jsonl"
        })
final class VaultAuditCommand extends BaseCommand {
    private static final long PAGE = VaultContract.AUDIT_MAX.otherwise().orElseThrow();
    private static final Set<String> SHOWN_APART =
            CellFormat.names(Fields.SEQ, VaultContract.TIME, VaultContract.EVENT);

    @Option(names = "--after", paramLabel = "SEQ", description = "Only records with a higher number than this.")
    private long after;

    @Option(names = "--agent", paramLabel = "AGENT", description = "Only what this agent did or was leased.")
    private Optional<String> agent = Optional.empty();

    @Option(names = "--secret", paramLabel = "NAME", description = "Only what was done with this secret.")
    private Optional<String> secret = Optional.empty();

    @Option(names = "--json", description = "Print each record as one JSON object on a line.")
    private boolean json;

    @Override
    protected void execute() throws Exception {
        if (after < 0) {
            throw new UsageException("--after is 0 or more");
        }
        try (ApplianceClient appliance = session().connect()) {
            Message page;
            long from;
            long last = after;
            do {
                from = last;
                page = appliance.call(
                        VaultContract.AUDIT, VaultContract.AFTER.is(from), VaultContract.AUDIT_MAX.is(PAGE));
                last = print(page, from);
            } while (page.get(VaultContract.RECORDS).size() >= PAGE && last > from);
            long damaged = page.get(VaultContract.DAMAGED);
            if (damaged > 0) {
                streams()
                        .err()
                        .println("nullctl: " + damaged + " places of the audit log hold something else than a record");
            }
        }
    }

    /** Prints a page of records; returns the number of the last one. */
    private long print(Message page, long after) {
        long last = after;
        for (Object element : page.get(VaultContract.RECORDS)) {
            if (element instanceof JsonObject record) {
                last = Math.max(last, record.get(Fields.SEQ.name()).getAsLong());
                if (isAsked(record)) {
                    out().println(json ? TerminalText.json(record) : line(record));
                }
            }
        }
        return last;
    }

    private boolean isAsked(JsonObject record) {
        return agent.map(CellFormat.of(record, Fields.AGENT)::equals).orElse(true)
                && secret.map(one -> one.equals(CellFormat.of(record, VaultContract.NAME))
                                || List.of(CellFormat.of(record, VaultContract.NAMES)
                                                .split(", ", -1))
                                        .contains(one))
                        .orElse(true);
    }

    /** Record as {@code 17 2026-11-26T06:44:31Z vault.read caller=gateway name=A version=1}. */
    private static String line(JsonObject record) {
        return CellFormat.of(record, Fields.SEQ)
                + ' '
                + CellFormat.of(record, VaultContract.TIME)
                + ' '
                + CellFormat.of(record, VaultContract.EVENT)
                + CellFormat.fields(record, SHOWN_APART);
    }
}
