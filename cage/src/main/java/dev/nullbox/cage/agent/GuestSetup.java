package dev.nullbox.cage.agent;

import dev.nullbox.cage.disk.RunDisks;
import dev.nullbox.cage.guest.GuestConfiguration;
import dev.nullbox.cage.jail.JailNetwork;
import dev.nullbox.cage.jail.Secret;
import dev.nullbox.cage.jail.VmConfig.Disk;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.EnvName;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.RootMode;
import dev.nullbox.manifest.SecretRule;
import dev.nullbox.protocol.guest.GuestRoot;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.service.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Configuration of an agent's guest, by its manifest, its slot and its disks. Pure. */
final class GuestSetup {
    private static final int MACHINE_ID_DIGITS = 32;
    /**
     * Bound of processes, against fork bombs, which otherwise exhaust the kernel's memory for them: 16 KiB and more
     * each.
     */
    private static final int PIDS_PER_MIB = 16;

    private static final int MIN_PIDS = 4_096;
    /** The authorities that a guest trusts, with that of its run. */
    private static final String BUNDLE = "/run/nullbox/ca-certificates.crt";
    /** Variable that names an image's authorities; OpenSSL's. */
    private static final String OWN_BUNDLE = "SSL_CERT_FILE";

    private GuestSetup() {}

    /** The disks in the guest's order: first the one that its kernel starts the init from. */
    static List<Disk> disks(Path image, Path tools, RunDisks disks) {
        List<Disk> all = new ArrayList<>();
        all.add(new Disk("tools", tools, true));
        all.add(new Disk("root", image, true));
        disks.layer().ifPresent(path -> all.add(new Disk("layer", path, false)));
        disks.volume().ifPresent(path -> all.add(new Disk("volume", path, false)));
        disks.read().ifPresent(path -> all.add(new Disk("read", path, true)));
        return all;
    }

    static GuestConfiguration configuration(
            RunSpec run, List<Disk> disks, List<Secret> secrets, Optional<GateSecrets> gate) {
        Manifest manifest = run.agent().manifest();
        AgentSlot slot = run.slot();
        Manifest.Agent agent = manifest.agent();
        Manifest.Filesystem files = manifest.capabilities().filesystem();
        GuestConfiguration.Setup setup = new GuestConfiguration.Setup(
                agent.name().value().replace('_', '-'),
                run.isOfFilesAlone() ? "" : slot.address(),
                AgentSlot.PREFIX_LENGTH,
                slot.gateway(),
                JailNetwork.MTU,
                disks.stream().map(Disk::id).toList(),
                Math.max(
                        MIN_PIDS,
                        (long) PIDS_PER_MIB
                                * manifest.capabilities().maxMemory().value()),
                agent.user().map(user -> user.value()).orElse(""),
                agent.workdir().map(path -> path.value()).orElse(""),
                root(files.root()),
                files.write().stream().map(mount -> mount.path().value()).toList(),
                files.read().stream().map(mount -> mount.path().value()).toList(),
                machineId(agent),
                Duration.ofSeconds(agent.stopSecs()).toMillis(),
                !run.isOfFilesAlone(),
                run.streams().hasInput(),
                run.streams().terminal());
        if (run.isOfFilesAlone()) {
            return new GuestConfiguration(setup, List.of(), List.of(), secrets);
        }
        Map<String, String> env = environment(manifest, slot, run.env());
        Optional<GuestConfiguration.Trust> trust = gate.map(one -> new GuestConfiguration.Trust(
                BUNDLE,
                Optional.ofNullable(env.get(OWN_BUNDLE)),
                one.authority().pem()));
        gate.ifPresent(one -> {
            env.putAll(one.placeholders());
            SecretRule.BUNDLE_VARIABLES.forEach(name -> env.put(name, BUNDLE));
        });
        List<String> variables = env.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
        return new GuestConfiguration(setup, run.command().words(), variables, secrets, trust);
    }

    private static GuestRoot root(RootMode mode) {
        return switch (mode) {
            case EPHEMERAL -> GuestRoot.EPHEMERAL;
            case PERSISTENT -> GuestRoot.PERSISTENT;
            case READ_ONLY -> GuestRoot.READ_ONLY;
        };
    }

    /** Machine identifier, the same in each run of an agent, and no other agent's. Source: machine-id(5). */
    private static String machineId(Manifest.Agent agent) {
        return Sha256.hex(("nullbox machine-id " + agent.name().value()).getBytes(StandardCharsets.US_ASCII))
                .substring(0, MACHINE_ID_DIGITS);
    }

    private static Map<String, String> environment(Manifest manifest, AgentSlot slot, Map<String, String> more) {
        Manifest.Agent agent = manifest.agent();
        Map<String, String> env = new TreeMap<>();
        for (Map.Entry<EnvName, String> variable : agent.env().entrySet()) {
            env.put(variable.getKey().value(), variable.getValue());
        }
        env.putAll(more);
        env.put("NULLBOX_AGENT", agent.name().value());
        env.put("NULLBOX_MEMORY_URL", slot.memoryUrl());
        if (fetches(manifest.capabilities())) {
            env.put("NULLBOX_API_URL", slot.apiUrl());
        }
        env.putIfAbsent("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        return env;
    }

    /** Tells whether the agent fetches secrets, and so needs its own API. */
    static boolean fetches(Manifest.Capabilities may) {
        return may.credentialRefs().stream().anyMatch(ref -> ref.delivery() == Delivery.FETCH);
    }
}
