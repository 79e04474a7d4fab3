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
            description = "Write the value's bytes to FILE, or to standard output if FILE is -.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--force", description = "Overwrite FILE if it exists.")
    private boolean force;

    /** Sink of a value's bytes, chunk by chunk. */
    @FunctionalInterface
    public interface Sink {
        void write(byte[] chunk) throws LocalFileException, UsageException;
    }

    /** Source that fetches a value and writes it. */
    @FunctionalInterface
    public interface Source {
        void writeTo(Sink sink) throws Exception;
    }

    /** Tells whether {@code --output} is given, as a file or as standard output. */
    public boolean isGiven() {
        return output.isPresent();
    }

    /** The file; absent for standard output, and when {@code --output} is not given. */
    public Optional<Path> file() {
        return output.filter(path -> !path.equals(STANDARD_OUTPUT));
    }

    /**
     * Writes a value. It is fetched only after the output file was created; the file appears complete or not at all.
     * Standard output gets each chunk as it arrives, and keeps those before a failure.
     */
    public void write(Streams io, Source value) throws Exception {
        if (file().isEmpty()) {
            value.writeTo(io::write);
            return;
        }
        try (NewFile target = NewFile.at(file().get(), force)) {
            value.writeTo(target::write);
            target.commit();
        }
    }
}
