package dev.nullbox.manifest;

import dev.nullbox.manifest.Manifest.Agent;
import dev.nullbox.manifest.Manifest.Capabilities;
import dev.nullbox.manifest.Manifest.Filesystem;
import dev.nullbox.manifest.Manifest.Network;
import dev.nullbox.manifest.ManifestResult.Invalid;
import dev.nullbox.manifest.ManifestResult.Valid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Looks at the values of one raw manifest, and keeps every problem it meets. */
final class ManifestChecker {
    private static final int MAX_ENV = 64;
    private static final int MAX_SECRETS = 64;
    private static final int MAX_TARGETS = 256;
    private static final int MAX_SHARES = 32;
    private static final int MAX_TOOLS = 256;
    private static final int MAX_NAME = 64;

    private final RawManifest raw;
    private final List<Problem> problems;

    ManifestChecker(RawManifest raw, List<Problem> problems) {
        this.raw = raw;
        this.problems = problems;
    }

    ManifestResult check() {
        Optional<Agent> agent = agent();
        Optional<Capabilities> capabilities = capabilities();
        Map<String, ToolRisk> tools = tools();
        if (agent.isEmpty() || capabilities.isEmpty() || !problems.isEmpty()) {
            return new Invalid(problems);
        }
        return new Valid(new Manifest(agent.get(), capabilities.get(), tools));
    }

    private Optional<Agent> agent() {
        Optional<AgentName> name = checked("agent.name", raw.string("agent.name"), AgentName::new);
        String version = raw.string("agent.version").orElse("0.0.0");
        if (version.isEmpty() || version.length() > MAX_NAME || !Text.consistsOf(version, ".+-")) {
            problem(
                    "agent.version",
                    Text.quoted(version) + " is not a version",
                    "use 1 to 64 of A-Z a-z 0-9 . + -, as 0.1.0");
        }
        only(
                "agent.runtime",
                raw.string("agent.runtime"),
                "binary",
                "put the interpreter into the agent's root file system, name it in agent.command, and leave runtime out");
        Optional<Command> command =
                raw.has("agent.command") ? attempt("agent.command", this::command) : Optional.empty();
        Optional<RestartPolicy> restart =
                choice("agent.restart", RestartPolicy.values(), RestartPolicy::key, RestartPolicy.ON_FAILURE);
        Optional<StartMode> start = choice("agent.start", StartMode.values(), StartMode::key, StartMode.AUTO);
        Map<EnvName, String> env = env();
        checkGuestCommandLine(env);
        if (name.isEmpty() || command.isEmpty() || restart.isEmpty() || start.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Agent(name.get(), version, command.get(), restart.get(), start.get(), env));
    }

    private Command command() {
        return new Command(raw.strings("agent.command"));
    }

    private Map<EnvName, String> env() {
        List<String> names = raw.names("agent.env");
        bounded("agent.env", names.size(), MAX_ENV);
        Set<String> secrets = new HashSet<>(raw.strings("capabilities.credential_refs"));
        Map<EnvName, String> env = new LinkedHashMap<>();
        for (String text : names) {
            String path = "agent.env." + text;
            Optional<EnvName> name = attempt(path, () -> new EnvName(text));
            if (secrets.contains(text)) {
                problem(path, "is also named in capabilities.credential_refs", "leave it out of agent.env");
            }
            Optional<String> value = checked(path, raw.string(path), ManifestChecker::guestText);
            if (name.isPresent() && value.isPresent()) {
                env.put(name.get(), value.get());
            }
        }
        return env;
    }

    private static String guestText(String text) {
        GuestText.check(text);
        return text;
    }

    private void checkGuestCommandLine(Map<EnvName, String> env) {
        int total = 0;
        for (String word : raw.strings("agent.command")) {
            total += word.length() + GuestText.OVERHEAD;
        }
        for (Map.Entry<EnvName, String> variable : env.entrySet()) {
            total +=
                    variable.getKey().value().length() + 1 + variable.getValue().length() + GuestText.OVERHEAD;
        }
        if (total > GuestText.MAX_TOTAL) {
            problem(
                    "agent.command",
                    "takes " + total + " bytes of the guest's kernel command line together with agent.env",
                    "stay within " + GuestText.MAX_TOTAL + ", put longer texts into a file of the root file system");
        }
    }

    private Optional<Capabilities> capabilities() {
        String at = "capabilities.";
        Optional<CpuPercent> cpu =
                number(at + "max_cpu_percent", 25, 1, CpuPercent.MAX).map(CpuPercent::new);
        Optional<MemoryMib> memory =
                number(at + "max_memory_mb", 256, MemoryMib.MIN, MemoryMib.MAX).map(MemoryMib::new);
        List<SecretName> secrets = list(at + "credential_refs", MAX_SECRETS, SecretName::new);
        if (raw.bool(at + "shell").orElse(false)) {
            problem(at + "shell", "is true, and there is no shell", "leave it out");
        }
        only(at + "accelerator", raw.string(at + "accelerator"), "none", "no accelerator is passed to agents yet");
        if (raw.integer(at + "max_api_calls_per_hour").orElse(0L) != 0) {
            problem(
                    at + "max_api_calls_per_hour",
                    "asks for a limit, and the gate that would count does not exist yet",
                    "leave it out, rather than trust in a limit that nobody holds");
        }
        Network network = new Network(list(at + "network.allow", MAX_TARGETS, NetworkTarget::parse));
        Filesystem filesystem = filesystem();
        Optional<HealthCheck> health = healthCheck(at + "health_check");
        if (cpu.isEmpty() || memory.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Capabilities(cpu.get(), memory.get(), secrets, network, filesystem, health));
    }

    private Filesystem filesystem() {
        String at = "capabilities.filesystem.";
        List<GuestPath> read = list(at + "read", MAX_SHARES, GuestPath::new);
        List<GuestPath> write = list(at + "write", MAX_SHARES, GuestPath::new);
        for (GuestPath path : write) {
            if (read.contains(path)) {
                problem(
                        at + "write",
                        Text.quoted(path.value()) + " is also in read",
                        "write includes read: name it once");
            }
        }
        return new Filesystem(read, write);
    }

    private Optional<HealthCheck> healthCheck(String at) {
        if (!raw.has(at)) {
            return Optional.empty();
        }
        Optional<Integer> port = raw.has(at + ".port") ? number(at + ".port", 0, 1, 65_535) : Optional.empty();
        String path = raw.string(at + ".path").orElse("/");
        Optional<String> checkedPath = attempt(at + ".path", () -> {
            HealthCheck.checkPath(path);
            return path;
        });
        Optional<Integer> interval = number(at + ".interval_secs", 30, 1, 3_600);
        Optional<Integer> failures = number(at + ".max_failures", 3, 1, 100);
        if (port.isEmpty() || checkedPath.isEmpty() || interval.isEmpty() || failures.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new HealthCheck(port.get(), path, Duration.ofSeconds(interval.get()), failures.get()));
    }

    private Map<String, ToolRisk> tools() {
        List<String> names = raw.names("tools");
        bounded("tools", names.size(), MAX_TOOLS);
        Map<String, ToolRisk> tools = new LinkedHashMap<>();
        for (String name : names) {
            if (name.length() > MAX_NAME) {
                problem(
                        "tools." + name.substring(0, MAX_NAME),
                        "has a name that is too long",
                        "use at most 64 characters");
            }
            String path = "tools." + name + ".risk";
            if (raw.has(path)) {
                choice(path, ToolRisk.values(), ToolRisk::key, ToolRisk.CRITICAL)
                        .ifPresent(risk -> tools.put(name, risk));
            }
        }
        return tools;
    }

    private Optional<Integer> number(String path, int absent, int min, int max) {
        long number = raw.integer(path).orElse((long) absent);
        if (number < min || number > max) {
            problem(path, number + " is out of bounds", "use " + min + " to " + max);
            return Optional.empty();
        }
        return Optional.of((int) number);
    }

    private <T> Optional<T> choice(String path, T[] choices, Function<T, String> key, T absent) {
        Optional<String> text = raw.string(path);
        if (text.isEmpty()) {
            return Optional.of(absent);
        }
        List<String> keys = new ArrayList<>();
        for (T choice : choices) {
            if (key.apply(choice).equals(text.get())) {
                return Optional.of(choice);
            }
            keys.add(key.apply(choice));
        }
        problem(path, Text.quoted(text.get()) + " is not a choice", "use one of " + String.join(", ", keys));
        return Optional.empty();
    }

    private void only(String path, Optional<String> text, String choice, String remedy) {
        if (text.isPresent() && !text.get().equals(choice)) {
            problem(path, Text.quoted(text.get()) + " is not supported, only \"" + choice + "\" is", remedy);
        }
    }

    /** The elements that are good; a problem for each that is not, or that stands there twice. */
    private <T> List<T> list(String path, int max, Function<String, T> type) {
        List<String> texts = raw.strings(path);
        bounded(path, texts.size(), max);
        List<T> good = new ArrayList<>();
        Set<T> seen = new HashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            String element = path + "[" + i + "]";
            Optional<T> value = attempt(element, () -> type.apply(text));
            if (value.isPresent() && !seen.add(value.get())) {
                problem(element, Text.quoted(text) + " stands there twice", "name it once");
            }
            value.ifPresent(good::add);
        }
        return good;
    }

    private <T> Optional<T> checked(String path, Optional<String> text, Function<String, T> type) {
        return text.isEmpty() ? Optional.empty() : attempt(path, () -> type.apply(text.get()));
    }

    private <T> Optional<T> attempt(String path, Supplier<T> value) {
        try {
            return Optional.of(value.get());
        } catch (InvalidValueException invalid) {
            problem(path, invalid.problem(), invalid.remedy());
            return Optional.empty();
        }
    }

    private void bounded(String path, int size, int max) {
        if (size > max) {
            problem(path, "has " + size + " entries", "use at most " + max);
        }
    }

    private void problem(String path, String problem, String remedy) {
        problems.add(new Problem(path, problem, remedy));
    }
}
