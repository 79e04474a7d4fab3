package dev.nullbox.natives.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C compiler as a judge of generated {@code _Static_assert}s. */
public final class Gcc {
    private Gcc() {}

    /** Output and exit code of a command; the code is 127 where there is no such command. */
    public record Outcome(int code, String printed) {}

    /** Checks C source text; the outcome's text is empty when it holds. */
    public static String complaints(String source, List<String> options) throws Exception {
        Path file = Files.createTempFile("nullbox-audit", ".c");
        try {
            Files.writeString(file, source);
            List<String> command = new ArrayList<>(
                    List.of("gcc", "-std=gnu11", "-fsyntax-only", "-Wall", "-Werror", "-fno-diagnostics-show-caret"));
            command.addAll(options);
            command.add(file.toString());
            Outcome outcome = run(command);
            return outcome.code() == 0 ? "" : outcome.printed() + "(gcc: exit code " + outcome.code() + ")";
        } finally {
            Files.delete(file);
        }
    }

    /** Runs a command to its end. */
    public static Outcome run(List<String> command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Outcome(127, e.getMessage() + "\n");
        }
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        process.getInputStream().transferTo(printed);
        return new Outcome(process.waitFor(), printed.toString(StandardCharsets.UTF_8));
    }
}
