package dev.nullbox.smoketest;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The operator's command line, run as the operator does, against one appliance. */
final class Nullctl {
    private static final long LIMIT_SECONDS = 60;

    private final List<String> words;

    private Nullctl(List<String> words) {
        this.words = words;
    }

    /** The command and its first options, for a program that runs it. */
    List<String> words() {
        return List.copyOf(words);
    }

    /** For the appliance whose gateway is at this port of this machine's loopback. */
    static Nullctl of(int port) {
        List<String> words = new ArrayList<>(Inputs.nullctl());
        words.addAll(List.of(
                "--address",
                "127.0.0.1:" + port,
                "--credentials",
                Inputs.credentials().toString()));
        return new Nullctl(words);
    }

    /**
     * Result of a command.
     *
     * @param code the exit code
     * @param output standard output
     * @param errors standard error
     */
    record Result(int code, String output, String errors) {}

    /** Action of the operator while a command runs. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    /**
     * Runs a command that goes on by itself: after its first line of output the action is done, and after the next
     * matching line the command is ended.
     *
     * @return the line
     */
    String follow(List<String> arguments, Action action, Predicate<String> wanted) throws Exception {
        List<String> command = new ArrayList<>(words);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var _ = process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).exceptionally(_ -> {
            process.destroyForcibly();
            return process;
        });
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            if (line != null) {
                action.run();
                line = lines.readLine();
            }
            while (line != null && !wanted.test(line)) {
                line = lines.readLine();
            }
            if (line == null) {
                throw new IOException("no line as wanted within " + LIMIT_SECONDS + " s: " + String.join(" ", command));
            }
            return line;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Runs one command without input. */
    Result run(String... arguments) throws IOException, InterruptedException {
        return runWithInput("", arguments);
    }

    /** Runs one command with this standard input. */
    Result runWithInput(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(words);
        command.addAll(List.of(arguments));
        Path in = Files.writeString(Files.createTempFile("nullctl", ".in"), input);
        Path out = Files.createTempFile("nullctl", ".out");
        Path err = Files.createTempFile("nullctl", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IOException("no end within " + LIMIT_SECONDS + " s: " + String.join(" ", command));
            }
            return new Result(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            for (Path file : List.of(in, out, err)) {
                Files.deleteIfExists(file);
            }
        }
    }
}
