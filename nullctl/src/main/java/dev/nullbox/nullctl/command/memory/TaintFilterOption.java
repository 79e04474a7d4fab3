package dev.nullbox.nullctl.command.memory;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --not-influenced-by}, for every command that reads values. */
final class TaintFilterOption {
    @Option(
            names = "--not-influenced-by",
            paramLabel = "SOURCE",
            description = "No value that this agent or node influenced; may be given more than once.")
    private List<String> sources = List.of();

    /** The parameters with the sources to exclude, if there are any. */
    Message addTo(Message params) {
        return sources.isEmpty() ? params : params.and(MemoryContract.NOT_INFLUENCED_BY.is(sources));
    }
}
