package dev.nullbox.nulld.launch;

import dev.nullbox.natives.linux.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Arguments of {@code launch}.
 *
 * @param user user name
 * @param groups names of the supplementary groups
 * @param capabilities its only capabilities, by their names in capabilities(7)
 * @param noNewPrivs whether the programs it runs can never gain more
 * @param cgroup the cgroup directory it joins first
 * @param command path and arguments of the program; options of its runtime ({@code -X...}) come right after the path
 */
public record LaunchPlan(
        String user,
        List<String> groups,
        List<String> capabilities,
        boolean noNewPrivs,
        Optional<String> cgroup,
        List<String> command) {
    public LaunchPlan {
        groups = List.copyOf(groups);
        capabilities = List.copyOf(capabilities);
        command = List.copyOf(command);
        if (command.isEmpty() || !command.getFirst().startsWith("/")) {
            throw new IllegalArgumentException("after -- comes the absolute path of a program");
        }
    }

    /** The command line, for messages. */
    public static final String USAGE = "launch --user USER [--groups G,G] [--caps CAP_X,CAP_Y] [--no-new-privs]"
            + " [--cgroup DIRECTORY] [--runtime OPTION,OPTION] -- PROGRAM [ARGUMENT...]";

    /** Prefix of options of a native image's runtime, which takes such words out of the arguments of launch itself too. */
    private static final String RUNTIME = "-X";

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static LaunchPlan parse(List<String> args) {
        String user = "";
        List<String> groups = List.of();
        List<String> capabilities = List.of();
        boolean noNewPrivs = false;
        Optional<String> cgroup = Optional.empty();
        List<String> runtime = List.of();
        int i = 0;
        while (i < args.size() && !args.get(i).equals("--")) {
            String option = args.get(i++);
            if (option.equals("--no-new-privs")) {
                noNewPrivs = true;
                continue;
            }
            if (i >= args.size()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            String value = args.get(i++);
            switch (option) {
                case "--user" -> user = value;
                case "--groups" -> groups = list(value);
                case "--caps" -> capabilities = capabilities(value);
                case "--cgroup" -> cgroup = Optional.of(value);
                case "--runtime" -> runtime = list(value);
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (user.isEmpty()) {
            throw new IllegalArgumentException("--user is missing");
        }
        return new LaunchPlan(
                user,
                groups,
                capabilities,
                noNewPrivs,
                cgroup,
                command(args.subList(Math.min(i + 1, args.size()), args.size()), runtime));
    }

    private static List<String> command(List<String> words, List<String> runtime) {
        List<String> command = new ArrayList<>(words);
        for (int i = 0; i < runtime.size() && !words.isEmpty(); i++) {
            command.add(1 + i, "-" + runtime.get(i));
        }
        return command;
    }

    /** The arguments that {@link #parse} reads. */
    public List<String> arguments() {
        List<String> args = new ArrayList<>(List.of("--user", user));
        if (!groups.isEmpty()) {
            args.addAll(List.of("--groups", String.join(",", groups)));
        }
        if (!capabilities.isEmpty()) {
            args.addAll(List.of("--caps", String.join(",", capabilities)));
        }
        if (noNewPrivs) {
            args.add("--no-new-privs");
        }
        cgroup.ifPresent(path -> args.addAll(List.of("--cgroup", path)));
        List<String> runtime = command.stream()
                .filter(word -> word.startsWith(RUNTIME))
                .map(word -> word.substring(1))
                .toList();
        if (!runtime.isEmpty()) {
            args.addAll(List.of("--runtime", String.join(",", runtime)));
        }
        args.add("--");
        args.addAll(command.stream().filter(word -> !word.startsWith(RUNTIME)).toList());
        return args;
    }

    private static List<String> capabilities(String value) {
        List<String> names = list(value);
        names.forEach(Capabilities::number);
        return names;
    }

    private static List<String> list(String value) {
        return value.isEmpty() ? List.of() : List.of(value.split(",", -1));
    }
}
