package dev.nullbox.nullctl.command.memory;

import picocli.CommandLine.Command;

/** {@code nullctl memory}: what agents remember and share. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        description = {
            "Reads and writes shared memory, shows where values came from, holds back and undoes what spread.",
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
        subcommands = {
            MemoryGetCommand.class,
            MemoryPutCommand.class,
            MemoryDeleteCommand.class,
            MemoryHistoryCommand.class,
            MemoryListCommand.class,
            MemorySearchCommand.class,
            MemoryTraceCommand.class,
            MemoryQuarantineCommand.class,
            MemoryQuarantinesCommand.class,
            MemoryReleaseCommand.class,
            MemoryRewindCommand.class,
            MemoryStatusCommand.class,
            MemoryBackupCommand.class,
            MemoryRestoreCommand.class,
            MemoryExportCommand.class,
            MemoryImportCommand.class
        })
public final class MemoryCommand {}
