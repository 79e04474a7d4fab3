package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.service.TerminalText;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory}: values that agents store and share. */
@Command(
        name = "memory",
        description = {
            "Reads and writes shared memory, shows where values came from, quarantines and undoes what spread.",
            "A KEY is SPACE/NAME, as hello/greeting. A NODE is one value for ever: its id (64 hexadecimal digits), KEY"
                    + " for what it holds now, or KEY@SEQ for what it held then."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  nullctl memory list hello/",
            "  nullctl memory get hello/greeting",
            "  nullctl memory trace hello/plan",
            "  nullctl memory quarantine --influenced-by scraper",
            "  nullctl memory rewind hello/plan --to 41",
            "  nullctl memory backup memory.db"
        },
        subcommands = {MemoryGetCommand.class, MemoryPutCommand.class, MemoryTraceCommand.class})
public final class MemoryCommand extends MemoryFileCommands {
    static final String KEY = "SPACE/NAME, as hello/greeting.";

    @Command(
            description = "Puts a tombstone under a key: its history stays, and rewind brings values back.",
            footer = {"", "Example: nullctl memory delete hello/greeting"})
    void delete(@Parameters(paramLabel = "KEY", description = KEY) String key) throws Exception {
        Message deleted = call(MemoryContract.DELETE, MemoryContract.KEY.is(key));
        out().println(TerminalText.line(key) + " deleted by entry " + deleted.get(Fields.SEQ));
    }

    @Command(
            description = "Lists a key's entries, the newest first.",
            footer = {"", "Example: nullctl memory history hello/plan -n 10"})
    void history(
            @Parameters(paramLabel = "KEY", description = KEY) String key,
            @Option(
                            names = {"-n", "--max"},
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "At most so many; ${DEFAULT-VALUE} when not given, 0 for all.")
                    int max,
            @Mixin ListOption json)
            throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            Pager.read(
                            appliance,
                            MemoryContract.HISTORY,
                            Message.of(MemoryContract.KEY.is(key)),
                            MemoryContract.NEXT_SEQ,
                            MemoryContract.BEFORE,
                            max)
                    .print(
                            streams(),
                            json,
                            "the key was never written",
                            Fields.SEQ,
                            MemoryContract.KIND,
                            Fields.AGENT,
                            Fields.RUN,
                            Fields.BYTES,
                            MemoryContract.QUARANTINED,
                            NodeRef.NODE);
        }
    }

    @Command(
            description = "Lists the keys that hold a value.",
            footer = {
                "",
                "Examples:",
                "  nullctl memory list hello/notes/",
                "  nullctl memory list -n 0 --json | jq -r '.[].key'"
            })
    void list(
            @Parameters(paramLabel = "PREFIX", arity = "0..1", description = "Only keys that begin so.")
                    Optional<String> prefix,
            @Option(
                            names = {"-n", "--max"},
                            paramLabel = "N",
                            defaultValue = "1000",
                            description = "At most so many; ${DEFAULT-VALUE} when not given, 0 for all.")
                    int max,
            @Mixin TaintFilterOption filter,
            @Mixin ListOption json)
            throws Exception {
        Message params = filter.addTo(Message.of().and(MemoryContract.PREFIX, prefix));
        try (ApplianceClient appliance = session().connect()) {
            Pager.read(appliance, MemoryContract.LIST, params, MemoryContract.NEXT_KEY, MemoryContract.AFTER_KEY, max)
                    .print(
                            streams(),
                            json,
                            "no keys",
                            MemoryContract.KEY,
                            Fields.SEQ,
                            MemoryContract.KIND,
                            Fields.AGENT,
                            Fields.BYTES,
                            MemoryContract.QUARANTINED,
                            NodeRef.NODE);
        }
    }

    @Command(
            description = "Finds values by their words, the best first.",
            footer = {"", "Example: nullctl memory search 'quarterly report' --prefix team/"})
    void search(
            @Parameters(paramLabel = "TEXT", description = "The words.") String text,
            @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only keys that begin so.")
                    Optional<String> prefix,
            @Option(
                            names = {"-n", "--max"},
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "At most so many, up to 100; ${DEFAULT-VALUE} when not given.")
                    long max,
            @Mixin TaintFilterOption filter,
            @Mixin ListOption json)
            throws Exception {
        Message params = Message.of(MemoryContract.QUERY.is(text))
                .and(MemoryContract.PREFIX, prefix)
                .and(MemoryContract.MAX_FOUND.is(max));
        json.print(
                out(),
                ApplianceClient.list(ask(MemoryContract.SEARCH, filter.addTo(params)), MemoryContract.HITS),
                "nothing found",
                MemoryContract.KEY,
                Fields.SEQ,
                MemoryContract.SCORE,
                MemoryContract.SNIPPET);
    }

    @Command(
            description = "Holds back all that an agent or node influenced, until released: readers get an error.",
            footer = {"", "Example: nullctl memory quarantine --influenced-by scraper --reason 'case 12'"})
    void quarantine(
            @Option(
                            names = "--influenced-by",
                            paramLabel = "SOURCE",
                            required = true,
                            description = "An agent's name, or a node: KEY, KEY@SEQ or its id.")
                    String source,
            @Option(names = "--reason", paramLabel = "TEXT", description = "For whoever asks later.")
                    Optional<String> reason)
            throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            boolean isNode = source.contains("/") || source.contains("@");
            String influence = isNode ? NodeRef.id(appliance, source) : source;
            Message held = appliance.call(
                    MemoryContract.QUARANTINE_PUT,
                    Message.of(MemoryContract.INFLUENCED_BY.is(influence)).and(MemoryContract.REASON, reason));
            long number = held.get(MemoryContract.QUARANTINE);
            out().println("quarantine " + number + ": " + held.get(MemoryContract.NODE_COUNT)
                    + " nodes are quarantined; nullctl memory release " + number + " ends it");
        }
    }

    @Command(
            description = "Lists the quarantines and their reasons.",
            footer = {"", "Example: nullctl memory quarantines --json"})
    void quarantines(@Mixin ListOption json) throws Exception {
        json.print(
                out(),
                ApplianceClient.list(ask(MemoryContract.QUARANTINE_LIST), MemoryContract.QUARANTINES),
                "nothing is quarantined",
                MemoryContract.QUARANTINE,
                MemoryContract.INFLUENCED_BY,
                Fields.SEQ,
                MemoryContract.NODE_COUNT,
                Fields.REASON);
    }

    @Command(
            description = "Ends a quarantine.",
            footer = {"", "Example: nullctl memory release 3"})
    void release(
            @Parameters(paramLabel = "N", description = "The quarantine's number, as memory quarantines lists it.")
                    long quarantine)
            throws Exception {
        Message released = call(MemoryContract.RELEASE, MemoryContract.QUARANTINE.is(quarantine));
        out().println("quarantine " + quarantine + " ended: nodes released: "
                + released.get(MemoryContract.NODE_COUNT));
    }

    @Command(
            description = "Gives a key the value that it had at an earlier entry, by a new one.",
            footer = {"", "Example: nullctl memory rewind hello/plan --to 41"})
    void rewind(
            @Parameters(paramLabel = "KEY", description = KEY) String key,
            @Option(
                            names = "--to",
                            paramLabel = "SEQ",
                            required = true,
                            description = "The entry, as memory history lists it.")
                    long seq)
            throws Exception {
        Message rewound = call(MemoryContract.REWIND, MemoryContract.KEY.is(key), MemoryContract.TO.is(seq));
        out().println(TerminalText.line(key) + "@" + rewound.get(Fields.SEQ) + " has the value of @" + seq + " again");
    }

    @Command(
            description = "Says how much shared memory holds, of whom, and what is damaged.",
            footer = {"", "Example: nullctl memory status --json | jq .usage"})
    void status(@Mixin JsonOption json) throws Exception {
        JsonElement status = ask(MemoryContract.STATUS);
        if (json.print(out(), status)) {
            return;
        }
        Table.printMembers(out(), status.getAsJsonObject(), MemoryContract.USAGE);
        if (status.getAsJsonObject().get(MemoryContract.USAGE.name()) instanceof JsonObject usage && !usage.isEmpty()) {
            out().println();
            out().println("bytes by agent");
            Table.printMembers(out(), usage);
        }
    }
}
