package dev.nullbox.ctxgraph.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs among the tests, each in a JVM of its own. */
public final class TestJvm {
    private TestJvm() {}

    /** The command that runs a main class with these options of the JVM. */
    public static List<String> command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath(), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String classPath() {
        return String.join(
                ":",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                Path.of("target", "classes").toAbsolutePath().toString(),
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
    }
}
