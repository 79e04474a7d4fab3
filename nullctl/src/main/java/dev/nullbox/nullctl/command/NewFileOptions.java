package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options for the file that a command writes. */
public final class NewFileOptions {
    @Parameters(paramLabel = "FILE", description = "The file to make; it appears when it is whole.")
    private Path file = Path.of("");

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    public NewFile begin() throws UsageException, LocalFileException {
        return NewFile.at(file, force);
    }

    /** Its name. */
    @Override
    public String toString() {
        return file.toString();
    }
}
