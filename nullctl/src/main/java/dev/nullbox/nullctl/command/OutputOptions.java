package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options for where a value's bytes are written: to a new file, or to standard output. */
public final class OutputOptions {
    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write the value's bytes there.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    /** Sink of a value's bytes, chunk by chunk. */
    @FunctionalInterface
    public interface Sink {
        void write(byte[] piece) throws LocalFileException, UsageException;
    }

    /** Source that fetches a value and writes it. */
    @FunctionalInterface
    public interface Source {
        void writeTo(Sink sink) throws Exception;
    }

    public boolean isGiven() {
        return output.isPresent();
    }

    /** The file; absent for standard output. */
    public Optional<Path> file() {
        return output.filter(path -> !path.equals(STANDARD_OUTPUT));
    }

    /** Writes a value, fetched once its file is begun; the file appears complete or not at all. */
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
