package dev.nullbox.nullctl.command.disk;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.TransferProgress;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.api.NulldReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl disk}: the machine's disks. */
@Command(
        name = "disk",
        description = "Lists the machine's disks, installs the appliance on one, makes a data partition of one.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  nullctl disk list", "  nullctl disk install nvme0n1 --yes"})
public final class DiskCommand extends CommandContext {
    private static final String DISK = "Its name, as nullctl disk list has it.";
    private static final String YES = "Yes, all that is on the disk may go.";
    private static final long WAIT_MS = 1_000;

    @Command(
            description = "Lists the disks: size, model, what uses each. A disk without a use can be written.",
            footer = {"", "Example: nullctl disk list -o json | jq '.[] | .partitions'"})
    void list(@Mixin ListOption json) throws Exception {
        json.print(
                out(),
                ApplianceClient.list(ask(NulldContract.DISK_LIST).getAsJsonObject(), NulldContract.DISKS),
                "no disks",
                Fields.NAME,
                NulldContract.SIZE,
                NulldContract.MODEL,
                NulldContract.USE);
    }

    @Command(
            description = {
                "Copies the medium that the appliance runs from to a disk, which then boots by itself and keeps its state.",
                "The copy has the operator's certificates, and a data partition in the rest of the disk; the first"
                        + " boot from it makes the file system."
            },
            footer = {"", "Example: nullctl disk install nvme0n1 --yes && nullctl shutdown"})
    void install(
            @Parameters(paramLabel = "DISK", description = DISK) String disk,
            @Option(names = "--yes", description = YES) boolean yes)
            throws Exception {
        work(NulldContract.DISK_INSTALL, disk, yes);
        out().println(TerminalText.line(disk)
                + " is installed: shut down, take the boot medium out, and start the machine from it");
    }

    @Command(
            description = "Makes the data partition of a whole disk; the next boot makes its file system and uses it.",
            footer = {"", "Example: nullctl disk format sdb --yes && nullctl shutdown --reboot"})
    void format(
            @Parameters(paramLabel = "DISK", description = DISK) String disk,
            @Option(names = "--yes", description = YES) boolean yes)
            throws Exception {
        work(NulldContract.DISK_FORMAT, disk, yes);
        out().println(TerminalText.line(disk)
                + " is the data partition from the next boot on: nullctl shutdown --reboot");
    }

    private void work(Method<Message> method, String disk, boolean yes) throws Exception {
        if (!yes) {
            throw new UsageException(
                    "all that is on " + disk + " would be lost (" + content(disk) + "): say --yes when it may be");
        }
        long total = call(method, NulldContract.DISK.is(disk)).get(NulldContract.TOTAL);
        try (ApplianceClient appliance = session().connect();
                TransferProgress progress = TransferProgress.of(streams())) {
            Message state;
            do {
                state = appliance.call(NulldContract.DISK_WORK, Message.of(NulldContract.WAIT_MS.is(WAIT_MS)));
                progress.update(TerminalText.line(disk), state.get(NulldContract.DONE), OptionalLong.of(total));
            } while (state.get(NulldContract.RUNNING));
            Optional<String> error = state.find(NulldContract.ERROR);
            if (error.isPresent()) {
                throw new RpcException(NulldReason.DISK_FAILED, error.get(), NulldContract.DISK.name());
            }
        }
    }

    /** What a disk holds, in words. */
    private String content(String name) throws Exception {
        Optional<Message> found = call(NulldContract.DISK_LIST).get(NulldContract.DISKS).stream()
                .filter(disk -> disk.get(Fields.NAME).equals(name))
                .findFirst();
        if (found.isEmpty()) {
            return "and there is no disk of that name now: nullctl disk list";
        }
        String model = found.get().get(NulldContract.MODEL);
        String partitions = found.get().get(NulldContract.PARTITIONS).stream()
                .map(one -> (one.get(Fields.NAME) + " " + one.get(NulldContract.LABEL)).strip())
                .collect(Collectors.joining(", "));
        return CellFormat.bytes(found.get().get(NulldContract.SIZE))
                + (model.isEmpty() ? "" : ", " + model)
                + (partitions.isEmpty() ? ", no partitions" : ", with " + partitions);
    }
}
