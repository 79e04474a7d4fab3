package dev.nullbox.manifest;

import static dev.nullbox.protocol.Service.CAGE;
import static dev.nullbox.protocol.Service.CTXGRAPH;
import static dev.nullbox.protocol.Service.EGRESS;
import static dev.nullbox.protocol.Service.WARDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SchemaTest {
    /** Each component of a manifest, and the key that it comes from. */
    private static final Map<String, String> SOURCES = Map.ofEntries(
            Map.entry("Manifest.agent", "agent"),
            Map.entry("Manifest.capabilities", "capabilities"),
            Map.entry("Manifest.tools", "tools"),
            Map.entry("Agent.name", "agent.name"),
            Map.entry("Agent.version", "agent.version"),
            Map.entry("Agent.command", "agent.command"),
            Map.entry("Agent.restart", "agent.restart"),
            Map.entry("Agent.start", "agent.start"),
            Map.entry("Agent.env", "agent.env"),
            Map.entry("Agent.user", "agent.user"),
            Map.entry("Agent.workdir", "agent.workdir"),
            Map.entry("Agent.stopSecs", "agent.stop_secs"),
            Map.entry("Agent.stopSignal", "agent.stop_signal"),
            Map.entry("Agent.logMb", "agent.log_mb"),
            Map.entry("Agent.logDays", "agent.log_days"),
            Map.entry("Capabilities.maxCpuPercent", "capabilities.max_cpu_percent"),
            Map.entry("Capabilities.maxMemory", "capabilities.max_memory_mb"),
            Map.entry("Capabilities.credentialRefs", "capabilities.credential_refs"),
            Map.entry("Capabilities.network", "capabilities.network"),
            Map.entry("Capabilities.filesystem", "capabilities.filesystem"),
            Map.entry("Capabilities.healthCheck", "capabilities.health_check"),
            Map.entry("Network.allow", "capabilities.network.allow"),
            Map.entry("Network.secrets", "capabilities.network.allow[].secret"),
            Map.entry("SecretRule.target", "capabilities.network.allow[].host"),
            Map.entry("SecretRule.secret", "capabilities.network.allow[].secret"),
            Map.entry("SecretRule.as", "capabilities.network.allow[].as"),
            Map.entry("SecretRule.env", "capabilities.network.allow[].env"),
            Map.entry("SecretRule.prefix", "capabilities.network.allow[].prefix"),
            Map.entry("SecretRule.ca", "capabilities.network.allow[].ca"),
            Map.entry("Filesystem.root", "capabilities.filesystem.root"),
            Map.entry("Filesystem.maxMb", "capabilities.filesystem.max_mb"),
            Map.entry("Filesystem.volumeMb", "capabilities.filesystem.volume_mb"),
            Map.entry("Filesystem.read", "capabilities.filesystem.read"),
            Map.entry("Filesystem.write", "capabilities.filesystem.write"),
            Map.entry("Capabilities.memory", "capabilities.memory"),
            Map.entry("CredentialRef.name", "capabilities.credential_refs[].name"),
            Map.entry("CredentialRef.version", "capabilities.credential_refs[].version"),
            Map.entry("CredentialRef.host", "capabilities.credential_refs[].host"),
            Map.entry("CredentialRef.reads", "capabilities.credential_refs[].reads"),
            Map.entry("CredentialRef.ttl", "capabilities.credential_refs[].ttl_secs"),
            Map.entry("CredentialRef.delivery", "capabilities.credential_refs[].deliver"),
            Map.entry("Memory.read", "capabilities.memory.read"),
            Map.entry("Memory.write", "capabilities.memory.write"),
            Map.entry("Memory.maxMb", "capabilities.memory.max_mb"),
            Map.entry("Memory.maxWritesPerMinute", "capabilities.memory.max_writes_per_minute"),
            Map.entry("Http.port", "capabilities.health_check.port"),
            Map.entry("Http.path", "capabilities.health_check.path"),
            Map.entry("Http.interval", "capabilities.health_check.interval_secs"),
            Map.entry("Http.maxFailures", "capabilities.health_check.max_failures"),
            Map.entry("Exec.command", "capabilities.health_check.command"),
            Map.entry("Exec.interval", "capabilities.health_check.interval_secs"),
            Map.entry("Exec.maxFailures", "capabilities.health_check.max_failures"));

    private static final List<Class<? extends Record>> RECORDS = List.of(
            Manifest.class,
            Manifest.Agent.class,
            Manifest.Capabilities.class,
            Manifest.Network.class,
            Manifest.Filesystem.class,
            Manifest.Memory.class,
            CredentialRef.class,
            SecretRule.class,
            HealthCheck.Http.class,
            HealthCheck.Exec.class);

    @Test
    void everyComponentOfAManifestHasSomeoneWhoActsOnIt() {
        TreeSet<String> components = new TreeSet<>();
        for (Class<? extends Record> type : RECORDS) {
            for (RecordComponent component : type.getRecordComponents()) {
                components.add(type.getSimpleName() + "." + component.getName());
            }
        }
        assertThat(components).isEqualTo(new TreeSet<>(SOURCES.keySet()));
        for (String path : SOURCES.values()) {
            assertThat(key(path).consumers()).as(path).containsAnyOf(EGRESS, WARDEN, CTXGRAPH, CAGE);
        }
    }

    @Test
    void keyWithoutConsumerIsNoComponent() {
        for (Key<?> key : Schema.keys()) {
            if (key.consumers().isEmpty()) {
                assertThat(SOURCES.values()).doesNotContain(key.path());
            }
        }
    }

    private static Key<?> key(String path) {
        return Schema.keys().stream()
                .filter(key -> key.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no key " + path));
    }

    @Test
    void numbersAreBoundedAtBothEnds() {
        for (Key<?> key : Schema.keys()) {
            if (key.form() instanceof Form.Range range) {
                assertThat(List.of(range.of((long) range.min()), range.of((long) range.max())))
                        .containsExactly(range.min(), range.max());
                for (long beyond : List.of(range.min() - 1L, range.max() + 1L)) {
                    assertThatThrownBy(() -> range.of(beyond)).hasMessageContaining(range.allowed());
                }
            }
        }
    }

    @Test
    void everyKeyLiesInATableThatIsAKey() {
        for (Key<?> key : Schema.keys()) {
            int dot = key.path().lastIndexOf('.');
            if (dot >= 0) {
                assertThat(key(key.path().substring(0, dot)).form().type()).isEqualTo(Form.TomlType.TABLE);
            }
        }
    }
}
