package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.CpuPercent;
import dev.nullbox.manifest.CredentialRef;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.EnvName;
import dev.nullbox.manifest.GuestText;
import dev.nullbox.manifest.HealthCheck;
import dev.nullbox.manifest.Key;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.Manifest.Agent;
import dev.nullbox.manifest.Manifest.Capabilities;
import dev.nullbox.manifest.Manifest.Filesystem;
import dev.nullbox.manifest.Manifest.Memory;
import dev.nullbox.manifest.Manifest.Network;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.ManifestResult.Invalid;
import dev.nullbox.manifest.ManifestResult.Valid;
import dev.nullbox.manifest.MemoryMib;
import dev.nullbox.manifest.MountPath;
import dev.nullbox.manifest.Schema;
import dev.nullbox.manifest.SecretRule;
import dev.nullbox.manifest.ToolRisk;
import dev.nullbox.manifest.network.AddressBlock;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.KeyPattern;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checker of the relations between a raw manifest's values, and maker of the manifest when all are valid. */
final class ManifestChecker {
    private final RawManifest raw;

    ManifestChecker(RawManifest raw) {
        this.raw = raw;
    }

    ManifestResult check() {
        List<SecretRule> rules = new ArrayList<>();
        List<NetworkTarget> allow = allow(rules);
        List<CredentialRef> secrets = credentialRefs(allow);
        Map<EnvName, String> env = env();
        checkSecretRules(env);
        checkTotal(env);
        checkMounts();
        checkHealth();
        return raw.problems().isEmpty()
                ? new Valid(new Manifest(agent(env), capabilities(secrets, new Network(allow, rules)), tools()))
                : new Invalid(raw.problems());
    }

    private void checkMounts() {
        for (MountPath path : raw.list(Schema.FILESYSTEM_WRITE)) {
            for (MountPath read : raw.list(Schema.FILESYSTEM_READ)) {
                if (path.equals(read)) {
                    raw.problem(
                            Schema.FILESYSTEM_WRITE.path(),
                            Text.quoted(path.value()) + " is also in read",
                            "write includes read: name it once");
                } else if (path.path().isBelow(read.path())) {
                    raw.problem(
                            Schema.FILESYSTEM_WRITE.path(),
                            Text.quoted(path.value()) + " lies below " + Text.quoted(read.value())
                                    + " of read, whose disk has no place to mount it on",
                            "name it beside that path, or move that path to write");
                }
            }
        }
    }

    private void checkHealth() {
        boolean isHttp = raw.states(Schema.HEALTH_PORT);
        boolean isExec = raw.states(Schema.HEALTH_COMMAND);
        if (raw.states(Schema.HEALTH_CHECK) && isHttp == isExec) {
            raw.problem(
                    Schema.HEALTH_CHECK.path(),
                    isHttp ? "has both port and command" : "has neither port nor command",
                    "use one: port to ask by HTTP, or command to run a program in the guest");
        }
        if (isExec && raw.states(Schema.HEALTH_PATH)) {
            raw.problem(
                    Schema.HEALTH_PATH.path(),
                    "stands beside command, which asks by no URL",
                    "leave it out, or use port instead of command");
        }
    }

    /** Places of strings, and then of tables, whose secrets are added to the rules. */
    private List<NetworkTarget> allow(List<SecretRule> rules) {
        List<NetworkTarget> allow = new ArrayList<>(raw.list(Schema.NETWORK_ALLOW));
        for (String row : raw.rows(Schema.NETWORK_ALLOW)) {
            Optional<String> host = raw.find(Schema.ALLOW_HOST, row);
            Optional<List<AddressBlock>> to = raw.find(Schema.ALLOW_TO, row);
            boolean hasSecret = raw.states(Schema.ALLOW_SECRET, row);
            Optional<NetworkTarget.Kind> kind = raw.find(Schema.ALLOW_KIND, row);
            String path = Schema.NETWORK_ALLOW.path() + row;
            if (to.isPresent() && to.get().isEmpty()) {
                raw.problem(
                        Schema.ALLOW_TO.path(row),
                        "has no good range",
                        "write ranges as 10.1.0.0/16, or leave it out for public addresses");
            } else if (host.isPresent()) {
                List<AddressBlock> ranges = to.orElse(List.of());
                Optional<NetworkTarget> target = raw.attempt(path, () -> {
                    NetworkTarget stated = NetworkTarget.parse(host.get(), ranges, kind);
                    boolean isOpened = hasSecret
                            && kind.isEmpty()
                            && stated instanceof NetworkTarget.NameTarget
                            && stated.transport() == NetworkTarget.Transport.TCP;
                    return isOpened
                            ? NetworkTarget.parse(host.get(), ranges, Optional.of(NetworkTarget.Kind.TLS))
                            : stated;
                });
                // A host may have several secrets, each in an entry of its own.
                boolean isOneMore = hasSecret && target.filter(allow::contains).isPresent();
                target.filter(one -> isOneMore || isNew(path, one, allow))
                        .filter(_ -> !isOneMore)
                        .ifPresent(allow::add);
                target.ifPresent(one -> secretRule(path, row, one, rules));
            }
        }
        return allow;
    }

    private void secretRule(String path, String row, NetworkTarget target, List<SecretRule> rules) {
        if (!raw.states(Schema.ALLOW_SECRET, row)) {
            for (Key<?> key : List.of(Schema.ALLOW_AS, Schema.ALLOW_ENV, Schema.ALLOW_PREFIX, Schema.ALLOW_CA)) {
                if (raw.states(key, row)) {
                    raw.problem(
                            key.path(row),
                            "stands without secret, of which it is a part",
                            "add secret, or leave it out");
                }
            }
            return;
        }
        if (!raw.states(Schema.ALLOW_AS, row)) {
            raw.problem(
                    Schema.ALLOW_AS.path(row),
                    "is missing beside secret",
                    "say how the host takes it: as = " + SecretForm.RULE.replace('`', '"'));
        }
        Optional<SecretName> secret = raw.find(Schema.ALLOW_SECRET, row);
        Optional<SecretForm> as = raw.find(Schema.ALLOW_AS, row);
        if (!(target instanceof NetworkTarget.NameTarget name)) {
            raw.problem(path, "has a secret, and no name that a certificate could prove", "write the host's name");
        } else if (secret.isPresent() && as.isPresent()) {
            raw.attempt(
                            path,
                            () -> new SecretRule(
                                    name,
                                    secret.get(),
                                    as.get(),
                                    raw.find(Schema.ALLOW_ENV, row)
                                            .orElse(secret.get().value()),
                                    raw.find(Schema.ALLOW_PREFIX, row).orElse(""),
                                    raw.find(Schema.ALLOW_CA, row)))
                    .ifPresent(rules::add);
        }
    }

    /** Refuses a secret that would also enter the guest, and a variable with two meanings. */
    private void checkSecretRules(Map<EnvName, String> env) {
        Set<SecretName> leased = new HashSet<>(raw.list(Schema.CREDENTIAL_REFS));
        for (String row : raw.rows(Schema.CREDENTIAL_REFS)) {
            raw.find(Schema.REF_NAME, row).ifPresent(leased::add);
        }
        Map<String, String> variables = new HashMap<>();
        env.keySet().forEach(name -> variables.put(name.value(), ""));
        Set<SecretName> ruled = new HashSet<>();
        for (String row : raw.rows(Schema.NETWORK_ALLOW)) {
            Optional<SecretName> secret = raw.find(Schema.ALLOW_SECRET, row);
            if (secret.isEmpty()) {
                continue;
            }
            ruled.add(secret.get());
            if (leased.contains(secret.get())) {
                raw.problem(
                        Schema.ALLOW_SECRET.path(row),
                        Text.quoted(secret.get().value())
                                + " is also in capabilities.credential_refs, which gives it to the" + " agent itself",
                        "name it in one of the two: here, and it never enters the guest");
            }
            String variable =
                    raw.find(Schema.ALLOW_ENV, row).orElse(secret.get().value());
            String meaning =
                    secret.get() + " " + raw.find(Schema.ALLOW_PREFIX, row).orElse("");
            String other = variables.putIfAbsent(variable, meaning);
            if (other != null && !other.equals(meaning)) {
                raw.problem(
                        Schema.ALLOW_ENV.path(row),
                        "the variable " + variable
                                + (other.isEmpty()
                                        ? " is also in agent.env"
                                        : " stands for another secret or prefix too"),
                        "give each placeholder a variable of its own by env");
            }
        }
        int count = leased.size() + ruled.size();
        if (!ruled.isEmpty() && count > VaultContract.MAX_LEASE_NAMES) {
            raw.problem(
                    Schema.NETWORK_ALLOW.path(),
                    "names, with credential_refs, " + count + " secrets",
                    "use at most " + VaultContract.MAX_LEASE_NAMES);
        }
    }

    private boolean isNew(String path, NetworkTarget target, List<NetworkTarget> allow) {
        if (allow.contains(target)) {
            raw.problem(path, Text.quoted(target.text()) + " occurs twice", "name it once");
            return false;
        }
        return true;
    }

    private List<CredentialRef> credentialRefs(List<NetworkTarget> allow) {
        List<CredentialRef> refs = new ArrayList<>();
        raw.list(Schema.CREDENTIAL_REFS).forEach(name -> refs.add(CredentialRef.plain(name)));
        Set<SecretName> names = new HashSet<>();
        for (String row : raw.rows(Schema.CREDENTIAL_REFS)) {
            Optional<SecretName> name = raw.find(Schema.REF_NAME, row);
            if (name.isPresent() && !names.add(name.get())) {
                raw.problem(Schema.REF_NAME.path(row), "occurs twice", "name each secret once");
            }
            raw.find(Schema.REF_HOST, row).ifPresent(host -> checkHost(Schema.REF_HOST.path(row), host, allow));
            raw.attempt(Schema.CREDENTIAL_REFS.path() + row, () -> credentialRef(row, name))
                    .ifPresent(refs::addAll);
        }
        return refs;
    }

    /** The reference; none while its name or its delivery is refused. */
    private List<CredentialRef> credentialRef(String row, Optional<SecretName> name) {
        Optional<Delivery> delivery = raw.find(Schema.REF_DELIVER, row);
        return name.isEmpty() || delivery.isEmpty()
                ? List.of()
                : List.of(new CredentialRef(
                        name.get(),
                        raw.find(Schema.REF_VERSION, row),
                        raw.find(Schema.REF_HOST, row),
                        raw.find(Schema.REF_READS, row),
                        raw.find(Schema.REF_TTL_SECS, row).map(Duration::ofSeconds),
                        delivery.get()));
    }

    private void checkHost(String path, String host, List<NetworkTarget> allow) {
        if (allow.stream().noneMatch(target -> target.host().equals(host))) {
            raw.problem(
                    path,
                    Text.quoted(host) + " is not in capabilities.network.allow, so the agent cannot reach it",
                    "add it there, or leave host out");
        }
    }

    private Map<EnvName, String> env() {
        Set<String> secrets = new HashSet<>();
        raw.list(Schema.CREDENTIAL_REFS).forEach(name -> secrets.add(name.value()));
        for (String row : raw.rows(Schema.CREDENTIAL_REFS)) {
            raw.find(Schema.REF_NAME, row).ifPresent(name -> secrets.add(name.value()));
        }
        Map<EnvName, String> env = new HashMap<>();
        for (EnvName name : raw.list(Schema.ENV)) {
            String part = RawManifest.part(name.value());
            String path = Schema.ENV_VALUE.path(part);
            if (secrets.contains(name.value())) {
                raw.problem(path, "is also named in capabilities.credential_refs", "leave it out of agent.env");
            }
            raw.find(Schema.ENV_VALUE, part)
                    .flatMap(value -> raw.attempt(path, () -> variable(name, value)))
                    .ifPresent(value -> env.put(name, value));
        }
        return env;
    }

    private static String variable(EnvName name, String value) {
        var _ = GuestText.checked("the variable", name + "=" + value);
        return value;
    }

    private void checkTotal(Map<EnvName, String> env) {
        List<String> words = new ArrayList<>();
        raw.find(Schema.COMMAND).ifPresent(command -> words.addAll(command.words()));
        env.forEach((name, value) -> words.add(name + "=" + value));
        int total = words.stream().mapToInt(GuestText::weight).sum();
        if (total > GuestText.MAX_TOTAL) {
            raw.problem(
                    Schema.COMMAND.path(),
                    "takes " + total + " bytes together with agent.env, nine for each word and variable among them",
                    "stay within " + GuestText.MAX_TOTAL + ", which execve takes; put longer texts into a file");
        }
    }

    private Agent agent(Map<EnvName, String> env) {
        return new Agent(
                raw.get(Schema.NAME),
                raw.get(Schema.VERSION),
                raw.get(Schema.COMMAND),
                raw.get(Schema.RESTART),
                raw.get(Schema.START),
                env,
                raw.find(Schema.USER),
                raw.find(Schema.WORKDIR),
                raw.get(Schema.STOP_SECS),
                raw.get(Schema.STOP_SIGNAL),
                raw.get(Schema.LOG_MB),
                raw.get(Schema.LOG_DAYS));
    }

    private Capabilities capabilities(List<CredentialRef> secrets, Network network) {
        List<KeyPattern> own = List.of(KeyPattern.allOf(raw.get(Schema.NAME)));
        return new Capabilities(
                new CpuPercent(raw.get(Schema.MAX_CPU_PERCENT)),
                new MemoryMib(raw.get(Schema.MAX_MEMORY_MB)),
                secrets,
                network,
                new Filesystem(
                        raw.get(Schema.FILESYSTEM_ROOT),
                        raw.get(Schema.FILESYSTEM_MAX_MB),
                        raw.get(Schema.FILESYSTEM_VOLUME_MB),
                        raw.get(Schema.FILESYSTEM_READ),
                        raw.get(Schema.FILESYSTEM_WRITE)),
                new Memory(
                        raw.find(Schema.MEMORY_READ).orElse(own),
                        raw.find(Schema.MEMORY_WRITE).orElse(own),
                        raw.get(Schema.MEMORY_MAX_MB),
                        raw.get(Schema.MEMORY_MAX_WRITES_PER_MINUTE)),
                raw.find(Schema.HEALTH_CHECK).map(_ -> healthCheck()));
    }

    private HealthCheck healthCheck() {
        Duration interval = Duration.ofSeconds(raw.get(Schema.HEALTH_INTERVAL_SECS));
        int maxFailures = raw.get(Schema.HEALTH_MAX_FAILURES);
        return raw.find(Schema.HEALTH_COMMAND)
                .<HealthCheck>map(command -> new HealthCheck.Exec(command, interval, maxFailures))
                .orElseGet(() -> new HealthCheck.Http(
                        raw.get(Schema.HEALTH_PORT), raw.get(Schema.HEALTH_PATH), interval, maxFailures));
    }

    private Map<String, ToolRisk> tools() {
        Map<String, ToolRisk> tools = new HashMap<>();
        for (String name : raw.get(Schema.TOOLS)) {
            raw.find(Schema.TOOL_RISK, name).ifPresent(risk -> tools.put(name, risk));
        }
        return tools;
    }
}
