package dev.nullbox.nullctl.terminal;

import dev.nullbox.natives.Natives;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Access to the terminal of this process, if it has one. */
public final class Terminals {
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final List<String> DEVICES = List.of("/dev/pts/", "/dev/tty", "/dev/console");

    private Terminals() {}

    public static Optional<Streams.Terminal> ofThisProcess() {
        Optional<Console> console = Optional.ofNullable(System.console()).filter(Console::isTerminal);
        if (console.isPresent()) {
            return console.map(known -> new Own(question -> Optional.ofNullable(known.readPassword("%s", question))));
        }
        return isTerminal(STANDARD_INPUT) ? Optional.of(new Own(Terminals::refuse)) : Optional.empty();
    }

    /** This process's own terminal. */
    private record Own(Streams.Terminal person) implements Streams.Terminal {
        @Override
        public Optional<char[]> ask(String question) throws UsageException {
            return person.ask(question);
        }

        @Override
        public Streams.RawMode raw() throws UsageException {
            return RawTerminal.enter(Natives.libc());
        }
    }

    /** Tells whether this process's standard output is a terminal. */
    public static boolean isOutSeen() {
        return isTerminal(STANDARD_OUTPUT);
    }

    /** Tells whether this process's standard error is a terminal. */
    public static boolean isErrorSeen() {
        return isTerminal(STANDARD_ERROR);
    }

    /**
     * Refuses to ask: Java's console needs output at a terminal too; without it the echo stays on, and reading would
     * show secrets.
     */
    private static Optional<char[]> refuse(String question) throws UsageException {
        throw new UsageException("the terminal would show what is typed, because standard output is redirected:"
                + " leave it at the terminal, or give the value by a pipe or a file");
    }

    static boolean isTerminal(Path descriptor) {
        try {
            String device = Files.readSymbolicLink(descriptor).toString();
            return DEVICES.stream().anyMatch(device::startsWith);
        } catch (IOException e) {
            // Without /proc it is unknown; a pipe is what scripts have.
            return false;
        }
    }
}
