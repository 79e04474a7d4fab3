package dev.nullbox.nullctl.command.agent;

import java.util.Optional;
import picocli.CommandLine.Option;

/** The option by which an operator accepts a growth of authority. */
final class GrowthOption {
    @Option(
            names = "--accept-growth",
            paramLabel = "HASH",
            description = "The growth of authority that is meant, as agent diff and the refusal name it.")
    private Optional<String> hash = Optional.empty();

    /** The hash of the growth that is accepted. */
    Optional<String> hash() {
        return hash;
    }
}
