package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that a test waits for. */
public final class Child {
    private Child() {}

    /** Starter of a Java program of the tests. */
    public static List<String> java(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Output of the command, of both streams, when it ends with 0 in time. */
    public static String says(List<String> command, int seconds) throws IOException, InterruptedException {
        Path output = Files.createTempFile("child", "");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            process.destroyForcibly();
            String said = Files.readString(output);
            assertThat(ended)
                    .as("ended within %s s: %s, said %s", seconds, command, said)
                    .isTrue();
            assertThat(process.exitValue()).as("%s said %s", command, said).isZero();
            return said;
        } finally {
            Files.delete(output);
        }
    }
}
