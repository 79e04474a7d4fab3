package dev.nullbox.manifest;

import dev.nullbox.manifest.network.NetworkTarget;
import java.util.List;
import java.util.function.Function;

/**
 * Key of AGENT.toml whose value differs between two manifests of an agent.
 *
 * @param key its path
 * @param isLive whether a run takes the change over; else it waits for the next start
 */
public record ManifestChange(String key, boolean isLive) {
    /** A key with the value that a manifest has for it. */
    private record Part(Key<?> key, Function<Manifest, Object> value, boolean isLive) {}

    private static final List<Part> PARTS = List.of(
            later(Schema.VERSION, manifest -> manifest.agent().version()),
            later(Schema.COMMAND, manifest -> manifest.agent().command()),
            later(Schema.RESTART, manifest -> manifest.agent().restart()),
            live(Schema.START, manifest -> manifest.agent().start()),
            later(Schema.ENV, manifest -> manifest.agent().env()),
            later(Schema.USER, manifest -> manifest.agent().user()),
            later(Schema.WORKDIR, manifest -> manifest.agent().workdir()),
            later(Schema.STOP_SECS, manifest -> manifest.agent().stopSecs()),
            later(Schema.STOP_SIGNAL, manifest -> manifest.agent().stopSignal()),
            live(Schema.LOG_MB, manifest -> manifest.agent().logMb()),
            live(Schema.LOG_DAYS, manifest -> manifest.agent().logDays()),
            live(Schema.MAX_CPU_PERCENT, manifest -> manifest.capabilities().maxCpuPercent()),
            later(Schema.MAX_MEMORY_MB, manifest -> manifest.capabilities().maxMemory()),
            later(Schema.CREDENTIAL_REFS, manifest -> manifest.capabilities().credentialRefs()),
            live(
                    Schema.NETWORK_ALLOW,
                    manifest -> manifest.capabilities().network().allow()),
            later(
                    Schema.ALLOW_SECRET,
                    manifest -> manifest.capabilities().network().secrets()),
            later(Schema.FILESYSTEM_ROOT, manifest -> filesystem(manifest).root()),
            later(Schema.FILESYSTEM_MAX_MB, manifest -> filesystem(manifest).maxMb()),
            later(Schema.FILESYSTEM_VOLUME_MB, manifest -> filesystem(manifest).volumeMb()),
            later(Schema.FILESYSTEM_READ, manifest -> filesystem(manifest).read()),
            later(Schema.FILESYSTEM_WRITE, manifest -> filesystem(manifest).write()),
            later(Schema.MEMORY_READ, manifest -> memory(manifest).read()),
            later(Schema.MEMORY_WRITE, manifest -> memory(manifest).write()),
            later(Schema.MEMORY_MAX_MB, manifest -> memory(manifest).maxMb()),
            later(
                    Schema.MEMORY_MAX_WRITES_PER_MINUTE,
                    manifest -> memory(manifest).maxWritesPerMinute()),
            live(Schema.HEALTH_CHECK, manifest -> manifest.capabilities().healthCheck()),
            later(Schema.TOOLS, Manifest::tools));

    /** Number of keys that are compared. */
    static int count() {
        return PARTS.size();
    }

    private static Part live(Key<?> key, Function<Manifest, Object> value) {
        return new Part(key, value, true);
    }

    private static Part later(Key<?> key, Function<Manifest, Object> value) {
        return new Part(key, value, false);
    }

    private static Manifest.Filesystem filesystem(Manifest manifest) {
        return manifest.capabilities().filesystem();
    }

    private static Manifest.Memory memory(Manifest manifest) {
        return manifest.capabilities().memory();
    }

    /** All keys whose values differ, in the order of the schema. */
    public static List<ManifestChange> between(Manifest one, Manifest other) {
        return PARTS.stream()
                .filter(part -> !part.value().apply(one).equals(part.value().apply(other)))
                .map(part -> new ManifestChange(part.key().path(), part.isLive()))
                .toList();
    }

    /** The next places, with the secrets of the run that are for one of them: it has placeholders for no others. */
    private static Manifest.Network network(Manifest.Network running, List<NetworkTarget> allow) {
        return new Manifest.Network(
                allow,
                running.secrets().stream()
                        .filter(rule -> allow.contains(rule.target()))
                        .toList());
    }

    /** The manifest of a run once it has taken over what it can of the next one. */
    public static Manifest adopted(Manifest running, Manifest next) {
        Manifest.Agent agent = running.agent();
        Manifest.Capabilities may = running.capabilities();
        return new Manifest(
                new Manifest.Agent(
                        agent.name(),
                        agent.version(),
                        agent.command(),
                        agent.restart(),
                        next.agent().start(),
                        agent.env(),
                        agent.user(),
                        agent.workdir(),
                        agent.stopSecs(),
                        agent.stopSignal(),
                        next.agent().logMb(),
                        next.agent().logDays()),
                new Manifest.Capabilities(
                        next.capabilities().maxCpuPercent(),
                        may.maxMemory(),
                        may.credentialRefs(),
                        network(may.network(), next.capabilities().network().allow()),
                        may.filesystem(),
                        may.memory(),
                        next.capabilities().healthCheck()),
                running.tools());
    }
}
