package dev.nullbox.cage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of e2fsprogs on this machine, on files that no guest had. */
final class E2fsprogs {
    private E2fsprogs() {}

    static String find(String program) {
        return Stream.of("/sbin/", "/usr/sbin/", "/usr/bin/")
                .map(directory -> directory + program)
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(program + " is missing: apt-get install e2fsprogs"));
    }

    /** Both outputs of a program, without debugfs' own greeting. */
    static String run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(find(program)));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.replaceFirst("^debugfs [^\n]*\n", "");
    }

    /** Asserts that the file system in the file is whole. */
    static void check(Path disk) throws IOException, InterruptedException {
        assertThat(run("e2fsck", "-f", "-n", disk.toString()))
                .contains("Pass 5")
                .doesNotContain("WARNING");
    }

    /** The text of a file in the file system. */
    static String cat(Path disk, String file) throws IOException, InterruptedException {
        return run("debugfs", "-R", "cat " + file, disk.toString());
    }
}
