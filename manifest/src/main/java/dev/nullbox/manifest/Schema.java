package dev.nullbox.manifest;

import static dev.nullbox.protocol.Service.CAGE;
import static dev.nullbox.protocol.Service.CTXGRAPH;
import static dev.nullbox.protocol.Service.EGRESS;
import static dev.nullbox.protocol.Service.WARDEN;

import dev.nullbox.manifest.Form.Choice;
import dev.nullbox.manifest.Form.Many;
import dev.nullbox.manifest.Form.Only;
import dev.nullbox.manifest.Form.Parsed;
import dev.nullbox.manifest.Form.Range;
import dev.nullbox.manifest.Form.Sequence;
import dev.nullbox.manifest.Form.Table;
import dev.nullbox.manifest.Form.TomlType;
import dev.nullbox.manifest.Form.Unbuilt;
import dev.nullbox.manifest.network.AddressBlock;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.PortRange;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.KeyPattern;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every key of AGENT.toml, once: its type, its bounds and their unit, its default, and the services that act on it. The
 * reader, its messages and docs/agent-toml.md are derived from it.
 */
public final class Schema {
    private static final int MAX_NAME = 64;
    private static final int MAX_WORDS = 1_024;
    private static final int MAX_VARIABLES = 4_096;

    /** Filled by the constants while the class is initialised, in their order: each table before its keys. */
    private static final List<Key<?>> KEYS = new ArrayList<>();

    static final Key<?> AGENT = required("agent", new Table(), CAGE);
    public static final Key<AgentName> NAME =
            required("agent.name", new Parsed<>(AgentName.RULE, AgentName::new), CAGE, EGRESS, WARDEN, CTXGRAPH);
    public static final Key<String> VERSION = defaulted("agent.version", word(". + -"), "0.0.0", CAGE);
    static final Key<String> RUNTIME = only(
            "agent.runtime",
            "binary",
            "there is one runtime",
            "put the interpreter into the agent's root file system, name it in agent.command, and leave runtime out");
    public static final Key<Command> COMMAND = required(
            "agent.command",
            new Sequence<>(
                    1,
                    MAX_WORDS,
                    "words, each of at most " + GuestText.MAX_BYTES
                            + " bytes without NUL, the first a path or a name to look up in PATH",
                    Command::new),
            CAGE);
    public static final Key<RestartPolicy> RESTART =
            defaulted("agent.restart", choice(RestartPolicy.values()), RestartPolicy.ON_FAILURE, CAGE);
    public static final Key<StartMode> START =
            defaulted("agent.start", choice(StartMode.values()), StartMode.AUTO, CAGE);
    public static final Key<GuestUser> USER =
            optional("agent.user", new Parsed<>(GuestUser.RULE, GuestUser::new), "the image's, or root", CAGE);
    public static final Key<GuestPath> WORKDIR =
            optional("agent.workdir", new Parsed<>(GuestPath.RULE, GuestPath::new), "the image's, or `/`", CAGE);
    public static final Key<Integer> STOP_SECS = defaulted("agent.stop_secs", new Range(0, 300, "s"), 10, CAGE);
    public static final Key<StopSignal> STOP_SIGNAL =
            defaulted("agent.stop_signal", choice(StopSignal.values()), StopSignal.SIGTERM, CAGE);
    public static final Key<Integer> LOG_MB = defaulted("agent.log_mb", new Range(1, 1_024, "MiB"), 16, CAGE);
    public static final Key<Integer> LOG_DAYS = defaulted("agent.log_days", new Range(1, 3_650, "days"), 30, CAGE);
    public static final Key<List<EnvName>> ENV =
            many("agent.env", TomlType.TABLE, MAX_VARIABLES, "variables, each " + EnvName.RULE, EnvName::new, CAGE);
    public static final Key<String> ENV_VALUE = optional(
            "agent.env.*",
            new Parsed<>(
                    "text without NUL; NAME=value of at most " + GuestText.MAX_BYTES
                            + " bytes; the name not in `credential_refs`",
                    value -> GuestText.checked("the value", value)),
            "-",
            CAGE);

    static final Key<?> CAPABILITIES = optional("capabilities", new Table(), "nothing allowed", CAGE);
    public static final Key<Integer> MAX_CPU_PERCENT =
            defaulted("capabilities.max_cpu_percent", new Range(1, 6_400, "percent of one CPU"), 25, CAGE);
    public static final Key<Integer> MAX_MEMORY_MB =
            defaulted("capabilities.max_memory_mb", new Range(64, 65_536, "MiB"), 256, CAGE);

    public static final Key<List<SecretName>> CREDENTIAL_REFS = many(
            "capabilities.credential_refs",
            TomlType.REFERENCES,
            VaultContract.MAX_LEASE_NAMES,
            "secrets, each once; all names, or all tables with the keys below",
            SecretName::new,
            WARDEN,
            CAGE);
    static final Key<?> REF = optional("capabilities.credential_refs[]", new Table(), "-", WARDEN, CAGE);
    public static final Key<SecretName> REF_NAME = required(
            "capabilities.credential_refs[].name", new Parsed<>(Text.IDENTIFIER, SecretName::new), WARDEN, CAGE);
    public static final Key<Integer> REF_VERSION = optional(
            "capabilities.credential_refs[].version",
            new Range(1, VaultContract.MAX_VERSION, ""),
            "the newest",
            WARDEN);
    public static final Key<String> REF_HOST = optional(
            "capabilities.credential_refs[].host",
            new Parsed<>("a host of `network.allow`, without port; the lease records it", NetworkTarget::hostOf),
            "any",
            WARDEN);
    public static final Key<Integer> REF_READS = optional(
            "capabilities.credential_refs[].reads",
            new Range(1, VaultContract.MAX_READS, "times, with `deliver = \"fetch\"` only"),
            "once",
            WARDEN);
    public static final Key<Integer> REF_TTL_SECS = optional(
            "capabilities.credential_refs[].ttl_secs",
            new Range(1, VaultContract.MAX_TTL_SECONDS, "s"),
            "the run",
            WARDEN,
            CAGE);
    public static final Key<Delivery> REF_DELIVER =
            defaulted("capabilities.credential_refs[].deliver", choice(Delivery.values()), Delivery.FILE, WARDEN, CAGE);

    static final Key<Boolean> SHELL = only("capabilities.shell", false, "there is no shell", "leave it out");
    static final Key<String> ACCELERATOR =
            only("capabilities.accelerator", "none", "no accelerator is passed to agents yet", "leave it out");
    static final Key<Long> MAX_API_CALLS_PER_HOUR = only(
            "capabilities.max_api_calls_per_hour",
            0L,
            "the gate does not count yet",
            "leave it out, rather than trust in a limit that nobody holds");

    static final Key<?> NETWORK = optional("capabilities.network", new Table(), "no network", EGRESS);
    public static final Key<List<NetworkTarget>> NETWORK_ALLOW = many(
            "capabilities.network.allow",
            TomlType.ENTRIES,
            256,
            "of `host`, `host:port`, `host:port/udp`, `*.name:port`, `10.2.0.0/16:8000-8100`, `[IPv6]:port`, and tables with"
                    + " the keys below; port 443 when none is given; TCP unless `/udp` follows",
            NetworkTarget::parse,
            EGRESS);
    static final Key<?> ALLOW = optional("capabilities.network.allow[]", new Table(), "-", EGRESS);
    public static final Key<String> ALLOW_HOST = required(
            "capabilities.network.allow[].host",
            new Parsed<>("as a string of `allow`", text -> {
                var _ = NetworkTarget.parse(text);
                return text;
            }),
            EGRESS);
    public static final Key<List<AddressBlock>> ALLOW_TO = optional(
            "capabilities.network.allow[].to",
            new Many<>(
                    TomlType.STRINGS,
                    16,
                    "of `10.1.0.0/16`, `10.1.2.3`: ranges in which the name's addresses lie",
                    AddressBlock::parse),
            "public addresses alone",
            EGRESS);
    public static final Key<NetworkTarget.Kind> ALLOW_KIND = optional(
            "capabilities.network.allow[].kind",
            new Parsed<>(
                    "`tls`, `http` or `raw`: by the server name of TLS, by the host of HTTP requests, or by address"
                            + " alone",
                    NetworkTarget.Kind::ofName),
            "`tls` on 443, `http` on 80, else `raw`",
            EGRESS);
    public static final Key<SecretName> ALLOW_SECRET = optional(
            "capabilities.network.allow[].secret",
            new Parsed<>(
                    Text.IDENTIFIER + ": a secret that the gate puts into requests to this host, with `as`; not in"
                            + " `credential_refs`",
                    SecretName::new),
            "none; the gate opens nothing",
            EGRESS,
            WARDEN,
            CAGE);
    public static final Key<SecretForm> ALLOW_AS = optional(
            "capabilities.network.allow[].as",
            new Parsed<>(SecretForm.RULE + ", its place in a request; with `secret`", SecretForm::new),
            "-",
            EGRESS);
    public static final Key<String> ALLOW_ENV = optional(
            "capabilities.network.allow[].env",
            new Parsed<>(SecretRule.ENV_RULE + "; the placeholder's variable", SecretRule::checkedEnv),
            "the secret's name",
            CAGE);
    public static final Key<String> ALLOW_PREFIX = optional(
            "capabilities.network.allow[].prefix",
            new Parsed<>(SecretRule.PREFIX_RULE + ": the placeholder's beginning, as `sk-`", SecretRule::checkedPrefix),
            "nothing",
            CAGE);
    public static final Key<String> ALLOW_CA = optional(
            "capabilities.network.allow[].ca",
            new Parsed<>(SecretRule.CA_RULE, SecretRule::checkedCa),
            "public authorities",
            EGRESS);
    static final List<Key<?>> OF_GATE = Stream.of("methods", "paths")
            .<Key<?>>map(key -> keep(new Key<>(
                    "capabilities.network.allow[]." + key,
                    new Unbuilt(
                            "the gate does not hold it yet",
                            "leave it out, rather than trust in a bound that nobody holds"),
                    false,
                    Optional.empty(),
                    "-",
                    Set.of())))
            .toList();

    static final Key<?> FILESYSTEM = optional("capabilities.filesystem", new Table(), "the defaults below", CAGE);
    public static final Key<RootMode> FILESYSTEM_ROOT =
            defaulted("capabilities.filesystem.root", choice(RootMode.values()), RootMode.EPHEMERAL, CAGE);
    public static final Key<Integer> FILESYSTEM_MAX_MB =
            defaulted("capabilities.filesystem.max_mb", new Range(64, 1_048_576, "MiB"), 1_024, CAGE);
    public static final Key<Integer> FILESYSTEM_VOLUME_MB =
            defaulted("capabilities.filesystem.volume_mb", new Range(64, 1_048_576, "MiB"), 1_024, CAGE);
    public static final Key<List<MountPath>> FILESYSTEM_READ =
            many("capabilities.filesystem.read", TomlType.STRINGS, 32, MountPath.RULE, MountPath::of, CAGE);
    public static final Key<List<MountPath>> FILESYSTEM_WRITE = many(
            "capabilities.filesystem.write",
            TomlType.STRINGS,
            32,
            "paths as in `read`; none of them also in `read`, or inside a path there",
            MountPath::of,
            CAGE);

    static final Key<?> MEMORY = optional("capabilities.memory", new Table(), "its own memory", CTXGRAPH);
    public static final Key<List<KeyPattern>> MEMORY_READ = patterns("capabilities.memory.read");
    public static final Key<List<KeyPattern>> MEMORY_WRITE = patterns("capabilities.memory.write");
    public static final Key<Integer> MEMORY_MAX_MB = defaulted(
            "capabilities.memory.max_mb", new Range(1, 65_536, "MiB"), MemoryContract.DEFAULT_MAX_MB, CTXGRAPH);
    public static final Key<Integer> MEMORY_MAX_WRITES_PER_MINUTE = defaulted(
            "capabilities.memory.max_writes_per_minute",
            new Range(1, 1_000_000, ""),
            MemoryContract.DEFAULT_WRITES,
            CTXGRAPH);

    public static final Key<Map<?, ?>> HEALTH_CHECK =
            optional("capabilities.health_check", new Table(), "not asked", CAGE);
    public static final Key<Integer> HEALTH_PORT =
            optional("capabilities.health_check.port", new Range(1, PortRange.MAX_PORT, ""), "`command` asks", CAGE);
    public static final Key<String> HEALTH_PATH = defaulted(
            "capabilities.health_check.path",
            new Parsed<>(
                    "absolute URL path of at most " + HealthCheck.MAX_PATH
                            + " printable ASCII characters without spaces",
                    HealthCheck::checkedPath),
            "/",
            CAGE);
    public static final Key<Command> HEALTH_COMMAND = optional(
            "capabilities.health_check.command",
            new Sequence<>(1, MAX_WORDS, "words, as in `agent.command`; without `port` and `path`", Command::new),
            "`port` is asked",
            CAGE);
    public static final Key<Integer> HEALTH_INTERVAL_SECS =
            defaulted("capabilities.health_check.interval_secs", new Range(1, 3_600, "s"), 30, CAGE);
    public static final Key<Integer> HEALTH_MAX_FAILURES =
            defaulted("capabilities.health_check.max_failures", new Range(1, 100, "in a row"), 3, CAGE);

    private static final Parsed<String> TOOL_NAME = word("_ -");
    public static final Key<List<String>> TOOLS =
            many("tools", TomlType.TABLE, 256, "tools; each name " + TOOL_NAME.allowed(), TOOL_NAME.parser(), CAGE);
    static final Key<?> TOOL = optional("tools.*", new Table(), "-", CAGE);
    public static final Key<ToolRisk> TOOL_RISK = required("tools.*.risk", choice(ToolRisk.values()), CAGE);

    private Schema() {}

    /** Every key, tables before their keys, in the order of documents and checks. */
    public static List<Key<?>> keys() {
        return Collections.unmodifiableList(KEYS);
    }

    private static <T> Key<T> required(String path, Form<T> form, Service... consumers) {
        return keep(new Key<>(path, form, true, Optional.empty(), "", Set.of(consumers)));
    }

    private static <T> Key<T> optional(String path, Form<T> form, String absent, Service... consumers) {
        return keep(new Key<>(path, form, false, Optional.empty(), absent, Set.of(consumers)));
    }

    private static <T> Key<T> defaulted(String path, Form<T> form, T otherwise, Service... consumers) {
        return keep(new Key<>(path, form, false, Optional.of(otherwise), "", Set.of(consumers)));
    }

    private static <T> Key<T> keep(Key<T> key) {
        KEYS.add(key);
        return key;
    }

    private static <T> Key<T> only(String path, T value, String reason, String remedy) {
        return defaulted(path, new Only<>(value, reason, remedy), value);
    }

    private static <E> Key<List<E>> many(
            String path, TomlType type, int max, String words, Function<String, E> parser, Service... consumers) {
        return defaulted(path, new Many<>(type, max, words, parser), List.of(), consumers);
    }

    private static Key<List<KeyPattern>> patterns(String path) {
        return optional(
                path,
                new Many<>(
                        TomlType.STRINGS,
                        MemoryContract.MAX_PATTERNS,
                        "of `space/key`, `space/*`, `space/prefix/*`",
                        KeyPattern::new),
                "`[\"NAME/*\"]`, its own",
                CTXGRAPH);
    }

    private static <E extends Keyword> Choice<E> choice(E[] choices) {
        return new Choice<>(List.of(choices));
    }

    private static Parsed<String> word(String others) {
        String allowed = "1 to " + MAX_NAME + " of `A-Z a-z 0-9 " + others + "`";
        return new Parsed<>(allowed, text -> {
            if (text.isEmpty() || text.length() > MAX_NAME || !Text.consistsOf(text, others.replace(" ", ""))) {
                throw new InvalidValueException(Text.quoted(text) + " is not a plain word", "use " + allowed);
            }
            return text;
        });
    }
}
