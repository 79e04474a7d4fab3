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
            description = "Exclude values influenced by SOURCE, an agent's name or a node's id; may be repeated.")
    private List<String> sources = List.of();

    /** Returns the parameters with the sources to exclude added, as a new message; the same when there are none. */
    Message addTo(Message params) {
        return sources.isEmpty() ? params : params.and(MemoryContract.NOT_INFLUENCED_BY.is(sources));
    }
}
