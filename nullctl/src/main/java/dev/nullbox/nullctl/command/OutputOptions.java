package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The place for a value's bytes as they are: a new file, or standard output. */
public final class OutputOptions {
    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write the value's bytes there.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    /** Takes a value's bytes, piece by piece. */
    @FunctionalInterface
    public interface Sink {
        void write(byte[] piece) throws LocalFileException, UsageException;
    }

    /** Fetches a value and writes it. */
    @FunctionalInterface
    public interface Source {
        void writeTo(Sink sink) throws Exception;
    }

    public boolean isGiven() {
        return output.isPresent();
    }

    /** The file, unless standard output is meant. */
    public Optional<Path> file() {
        return output.filter(path -> !path.equals(STANDARD_OUTPUT));
    }

    /** Writes a value, fetched once a file for it is begun, which appears whole or not at all. */
    public void write(Streams io, Source value) throws Exception {
        if (file().isEmpty()) {
            value.writeTo(io::write);
            return;
        }
        try (NewFile made = NewFile.at(file().get(), force)) {
            value.writeTo(made::write);
            made.commit();
        }
    }
}
