package dev.nullbox.manifest;

import dev.nullbox.manifest.Manifest.Agent;
import dev.nullbox.manifest.Manifest.Capabilities;
import dev.nullbox.manifest.Manifest.Filesystem;
import dev.nullbox.manifest.Manifest.Memory;
import dev.nullbox.manifest.Manifest.Network;
import dev.nullbox.manifest.ManifestResult.Invalid;
import dev.nullbox.manifest.ManifestResult.Valid;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.KeyPattern;
import dev.nullbox.protocol.id.Text;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at the values of one raw manifest, and keeps every problem it meets. */
final class ManifestChecker {
    private static final int MAX_ENV = 64;
    private static final int MAX_TARGETS = 256;
    private static final int MAX_SHARES = 32;
    private static final int MAX_PATTERNS = 64;
    private static final int MAX_TOOLS = 256;
    private static final int MAX_NAME = 64;

    private final RawManifest raw;
    private final List<Problem> problems;
    private final FieldChecks fields;

    ManifestChecker(RawManifest raw, List<Problem> problems) {
        this.raw = raw;
        this.problems = problems;
        this.fields = new FieldChecks(raw, problems);
    }

    ManifestResult check() {
        Optional<Agent> agent = agent();
        Optional<Capabilities> capabilities = capabilities(agent.map(Agent::name));
        Map<String, ToolRisk> tools = tools();
        if (agent.isEmpty() || capabilities.isEmpty() || !problems.isEmpty()) {
            return new Invalid(problems);
        }
        return new Valid(new Manifest(agent.get(), capabilities.get(), tools));
    }

    private Optional<Agent> agent() {
        Optional<AgentName> name = fields.checked("agent.name", AgentName::new);
        String version = raw.string("agent.version").orElse("0.0.0");
        if (version.isEmpty() || version.length() > MAX_NAME || !Text.consistsOf(version, ".+-")) {
            fields.problem(
                    "agent.version",
                    Text.quoted(version) + " is not a version",
                    "use 1 to 64 of A-Z a-z 0-9 . + -, as 0.1.0");
        }
        fields.only(
                "agent.runtime",
                "binary",
                "put the interpreter into the agent's root file system, name it in agent.command, and leave runtime out");
        Optional<Command> command =
                raw.has("agent.command") ? fields.attempt("agent.command", this::command) : Optional.empty();
        Optional<RestartPolicy> restart =
                fields.choice("agent.restart", RestartPolicy.values(), RestartPolicy::key, RestartPolicy.ON_FAILURE);
        Optional<StartMode> start = fields.choice("agent.start", StartMode.values(), StartMode::key, StartMode.AUTO);
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
        fields.bounded("agent.env", names.size(), MAX_ENV);
        Set<String> secrets = CredentialChecker.names(raw);
        Map<EnvName, String> env = new LinkedHashMap<>();
        for (String text : names) {
            String path = "agent.env." + text;
            Optional<EnvName> name = fields.attempt(path, () -> new EnvName(text));
            if (secrets.contains(text)) {
                fields.problem(path, "is also named in capabilities.credential_refs", "leave it out of agent.env");
            }
            Optional<String> value = fields.checked(path, ManifestChecker::guestText);
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
            fields.problem(
                    "agent.command",
                    "takes " + total + " bytes of the guest's kernel command line together with agent.env",
                    "stay within " + GuestText.MAX_TOTAL + ", put longer texts into a file of the root file system");
        }
    }

    private Optional<Capabilities> capabilities(Optional<AgentName> agent) {
        String at = "capabilities.";
        Optional<CpuPercent> cpu =
                fields.number(at + "max_cpu_percent", 25, 1, CpuPercent.MAX).map(CpuPercent::new);
        Optional<MemoryMib> memory = fields.number(at + "max_memory_mb", 256, MemoryMib.MIN, MemoryMib.MAX)
                .map(MemoryMib::new);
        if (raw.bool(at + "shell").orElse(false)) {
            fields.problem(at + "shell", "is true, and there is no shell", "leave it out");
        }
        fields.only(at + "accelerator", "none", "no accelerator is passed to agents yet");
        if (raw.integer(at + "max_api_calls_per_hour").orElse(0L) != 0) {
            fields.problem(
                    at + "max_api_calls_per_hour",
                    "asks for a limit, and the gate that would count does not exist yet",
                    "leave it out, rather than trust in a limit that nobody holds");
        }
        Network network = new Network(fields.list(at + "network.allow", MAX_TARGETS, NetworkTarget::parse));
        List<CredentialRef> secrets = new CredentialChecker(fields).check(network);
        Filesystem filesystem = filesystem();
        Optional<Memory> memoryUse = memory(agent);
        Optional<HealthCheck> health = healthCheck(at + "health_check");
        if (cpu.isEmpty() || memory.isEmpty() || memoryUse.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Capabilities(cpu.get(), memory.get(), secrets, network, filesystem, memoryUse.get(), health));
    }

    private Filesystem filesystem() {
        String at = "capabilities.filesystem.";
        List<GuestPath> read = fields.list(at + "read", MAX_SHARES, GuestPath::new);
        List<GuestPath> write = fields.list(at + "write", MAX_SHARES, GuestPath::new);
        for (GuestPath path : write) {
            if (read.contains(path)) {
                fields.problem(
                        at + "write",
                        Text.quoted(path.value()) + " is also in read",
                        "write includes read: name it once");
            }
        }
        return new Filesystem(read, write);
    }

    /** Without a list, and only then, its own memory stands in; an empty list is nothing. */
    private Optional<Memory> memory(Optional<AgentName> agent) {
        String at = "capabilities.memory.";
        List<KeyPattern> own = agent.map(KeyPattern::allOf).map(List::of).orElse(List.of());
        List<KeyPattern> read = raw.has(at + "read") ? fields.list(at + "read", MAX_PATTERNS, KeyPattern::new) : own;
        List<KeyPattern> write = raw.has(at + "write") ? fields.list(at + "write", MAX_PATTERNS, KeyPattern::new) : own;
        Optional<Integer> mib = fields.number(at + "max_mb", 64, 1, 65_536);
        Optional<Integer> writes = fields.number(at + "max_writes_per_minute", 600, 1, 1_000_000);
        return mib.flatMap(most -> writes.map(often -> new Memory(read, write, most, often)));
    }

    private Optional<HealthCheck> healthCheck(String at) {
        if (!raw.has(at)) {
            return Optional.empty();
        }
        Optional<Integer> port = raw.has(at + ".port") ? fields.number(at + ".port", 0, 1, 65_535) : Optional.empty();
        String path = raw.string(at + ".path").orElse("/");
        Optional<String> checkedPath = fields.attempt(at + ".path", () -> {
            HealthCheck.checkPath(path);
            return path;
        });
        Optional<Integer> interval = fields.number(at + ".interval_secs", 30, 1, 3_600);
        Optional<Integer> failures = fields.number(at + ".max_failures", 3, 1, 100);
        if (port.isEmpty() || checkedPath.isEmpty() || interval.isEmpty() || failures.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new HealthCheck(port.get(), path, Duration.ofSeconds(interval.get()), failures.get()));
    }

    private Map<String, ToolRisk> tools() {
        List<String> names = raw.names("tools");
        fields.bounded("tools", names.size(), MAX_TOOLS);
        Map<String, ToolRisk> tools = new LinkedHashMap<>();
        for (String name : names) {
            if (name.length() > MAX_NAME) {
                fields.problem(
                        "tools." + name.substring(0, MAX_NAME),
                        "has a name that is too long",
                        "use at most 64 characters");
            }
            String path = "tools." + name + ".risk";
            if (raw.has(path)) {
                fields.choice(path, ToolRisk.values(), ToolRisk::key, ToolRisk.CRITICAL)
                        .ifPresent(risk -> tools.put(name, risk));
            }
        }
        return tools;
    }
}
