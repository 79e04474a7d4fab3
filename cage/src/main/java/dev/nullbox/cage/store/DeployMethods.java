package dev.nullbox.cage.store;

import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.manifest.Authority;
import dev.nullbox.manifest.ImageDefaults;
import dev.nullbox.manifest.ManifestChange;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.natives.Libc;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.FileTransfers;
import dev.nullbox.service.TerminalText;
import dev.nullbox.service.process.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Methods of {@link DeployContract}. */
public final class DeployMethods {
    private final AgentStore store;
    private final KnownArchives archives;
    private final AgentRegistry agents;
    private final DiskStore disks;
    private final ImportRoom room;
    private final Imports imports = new Imports();
    private final EventSink events;
    private final LongSupplier millis;

    /** @param millis since 1970 UTC */
    DeployMethods(
            AgentStore store,
            AgentRegistry agents,
            DiskStore disks,
            ImportRoom room,
            EventSink events,
            LongSupplier millis) {
        this.store = store;
        this.archives = KnownArchives.load(store.root(), new StoreFiles());
        this.agents = agents;
        this.disks = disks;
        this.room = room;
        this.events = events;
        this.millis = millis;
    }

    /**
     * The methods on a store.
     *
     * @param spawner starts the importer
     * @throws IOException when the store's directories cannot be opened
     */
    public static DeployMethods open(
            Libc libc,
            CageSettings settings,
            Cgroups cgroups,
            ChildProcess.Launcher spawner,
            AgentStore store,
            AgentRegistry agents,
            DiskStore disks,
            EventSink events)
            throws IOException {
        ImporterSettings importer = ImporterSettings.appliance(settings);
        Files.createDirectories(importer.newRoot());
        ImportRoom room = new ImportRoom(libc, store.root(), disks, new Importer(libc, spawner, cgroups, importer));
        return new DeployMethods(store, agents, disks, room, events, System::currentTimeMillis);
    }

    /** All methods. */
    public List<RpcMethod> methods() {
        FileTransfers transfers = room.transfers();
        return List.of(
                of(DeployContract.TRANSFER.read(), (_, request) -> transfers.read(request)),
                of(DeployContract.TRANSFER.write(), (_, request) -> room.write(request)),
                of(DeployContract.TRANSFER.drop(), (_, request) -> transfers.drop(request)),
                of(DeployContract.ADD, this::add),
                of(
                        DeployContract.HAS_ARCHIVE,
                        (_, request) -> Message.of(
                                DeployContract.HAS_IMAGE.is(stored(request).isPresent()))),
                of(DeployContract.PROGRESS, (_, request) -> progress(request)),
                of(DeployContract.APPLY, this::apply),
                of(DeployContract.SHOW, (_, request) -> show(request)),
                of(DeployContract.ROLLBACK, this::rollback),
                of(DeployContract.REMOVE, this::remove),
                of(DeployContract.VOLUMES, (_, _) -> volumes()),
                of(DeployContract.VOLUME_REMOVE, (_, request) -> removeVolume(request)),
                of(DeployContract.DF, (_, _) -> df()),
                of(DeployContract.PRUNE, (_, _) -> prune()));
    }

    /** Step that a full or broken data partition can fail. */
    @FunctionalInterface
    private interface Step<R> {
        R run(Caller caller, Message request) throws RpcException, IOException;
    }

    private static <R> RpcMethod of(Method<R> method, Step<R> step) {
        return RpcMethod.of(method, (caller, request) -> {
            try {
                return step.run(caller, request);
            } catch (IOException e) {
                throw new RpcException(AgentReason.STORE_FAILED, String.valueOf(e.getMessage()));
            }
        });
    }

    /** Cancels running imports. */
    public void close() {
        imports.close();
    }

    private Message add(Caller caller, Message request) throws RpcException, IOException {
        AgentName name = name(request);
        Optional<StoredAgent> had = store.find(name);
        Optional<String> archive = request.find(TransferContract.TRANSFER);
        Optional<String> known = archive.isPresent() ? Optional.empty() : knownImage(request);
        if (archive.isEmpty() && known.isEmpty() && had.isEmpty()) {
            throw new RpcException(
                    AgentReason.AGENT_UNKNOWN,
                    "there is no agent " + name + " in the store, whose image could be kept; send an archive",
                    TransferContract.TRANSFER.name());
        }
        byte[] manifest = manifest(request, name, had);
        check(name, manifest);
        Addition addition = addition(name, manifest, caller, request);
        checkEarly(addition, had);
        return Message.of(DeployContract.IMPORT.is(imports.begin(progress -> {
            if (archive.isPresent()) {
                return imported(request, addition, progress);
            }
            return known.isPresent() ? version(addition, Optional.empty(), store.result(known.get())) : kept(addition);
        })));
    }

    /** Digest of the image of the archive whose SHA-256 a request has; absent when it has none. */
    private Optional<String> knownImage(Message request) throws RpcException {
        Optional<String> sha256 = request.find(TransferContract.SHA256);
        Optional<String> digest = stored(request);
        if (sha256.isPresent() && digest.isEmpty()) {
            throw new RpcException(
                    AgentReason.ARCHIVE_UNKNOWN,
                    "no image of the archive " + sha256.get() + " is stored",
                    TransferContract.SHA256.name());
        }
        return digest;
    }

    private Optional<String> stored(Message request) {
        return request.find(TransferContract.SHA256)
                .flatMap(sha256 -> archives.find(sha256, request.find(DeployContract.IMAGE)))
                .filter(store::hasImage);
    }

    /** Checks the name, which no agent of the image or of the data disk may have. */
    private AgentName name(Message request) throws RpcException {
        AgentName name = parsedName(request);
        Optional<CatalogEntry> entry = agents.find(name.value());
        if (entry.isPresent() && entry.get().from() != CatalogEntry.Source.STORE) {
            throw new RpcException(
                    AgentReason.AGENT_NAME,
                    name + " is an agent of the " + entry.get().from().key() + ", which is not changed",
                    Fields.AGENT.name());
        }
        return name;
    }

    private static AgentName parsedName(Message request) throws RpcException {
        try {
            return new AgentName(request.get(Fields.AGENT));
        } catch (InvalidValueException e) {
            throw new RpcException(AgentReason.AGENT_NAME, e.problem() + "; " + e.remedy(), Fields.AGENT.name());
        }
    }

    /** The AGENT.toml that was sent; else the current version's; else one that leaves all to the image. */
    private byte[] manifest(Message request, AgentName name, Optional<StoredAgent> had)
            throws RpcException, IOException {
        Optional<String> transfer = request.find(DeployContract.MANIFEST);
        if (transfer.isPresent()) {
            return room.take(transfer.get(), request.find(DeployContract.MANIFEST_SHA256), ManifestReader.MAX_BYTES);
        }
        return had.isPresent()
                ? store.manifestOf(name, had.get().current())
                : ("[agent]\nname = \"" + name + "\"\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Checks name and manifest before an archive is read, which may take long. */
    private static void check(AgentName name, byte[] manifest) throws RpcException {
        if (ManifestReader.read(manifest, ImageDefaults.UNKNOWN)
                instanceof ManifestResult.Invalid(List<Problem> problems)) {
            throw refused(name, problems);
        }
    }

    private static RpcException refused(AgentName name, List<Problem> problems) {
        return new RpcException(
                AgentReason.AGENT_MANIFEST,
                "AGENT.toml of " + name + ": "
                        + problems.stream()
                                .map(problem -> TerminalText.escaped(problem.toString()))
                                .collect(Collectors.joining("\n")),
                DeployContract.MANIFEST.name());
    }

    /**
     * Version to be added.
     *
     * @param text its AGENT.toml, which was checked: it is UTF-8
     * @param acceptedGrowth the hash of the growth that the operator accepts
     */
    private record Addition(AgentName name, String text, String operator, Optional<String> acceptedGrowth) {
        byte[] manifest() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * Checks the growth early, by the current image: a refusal need not wait for an import, after which it is decided.
     */
    private void checkEarly(Addition addition, Optional<StoredAgent> had) throws RpcException, IOException {
        if (had.isPresent() && addition.acceptedGrowth().isEmpty()) {
            Message result = store.result(had.get().currentVersion().digest());
            if (store.entry(addition.name(), addition.manifest(), result) instanceof CatalogEntry.Accepted next) {
                GrowthCheck.check(current(addition.name()), next.manifest(), Optional.empty());
            }
        }
    }

    /** The rights of the current version; none when it is refused. */
    private Authority current(AgentName name) {
        return agents.find(name.value()).orElse(null) instanceof CatalogEntry.Accepted agent
                ? Authority.of(agent.manifest())
                : Authority.NONE;
    }

    private Message imported(Message request, Addition addition, Importer.Progress progress)
            throws RpcException, IOException {
        return room.importing(
                request.get(TransferContract.TRANSFER),
                request.find(TransferContract.SHA256),
                request.find(DeployContract.IMAGE),
                progress,
                (made, result) -> {
                    Message added = version(addition, Optional.of(made), result);
                    request.find(TransferContract.SHA256)
                            .ifPresent(sha256 -> archives.add(
                                    sha256, request.find(DeployContract.IMAGE), AgentStore.digest(result)));
                    return added;
                });
    }

    private Message kept(Addition addition) throws RpcException, IOException {
        StoredAgent agent = stored(addition.name());
        return version(
                addition, Optional.empty(), store.result(agent.currentVersion().digest()));
    }

    private Message version(Addition addition, Optional<Path> made, Message result) throws RpcException, IOException {
        AgentName name = addition.name();
        CatalogEntry.Accepted agent = accepted(name, store.entry(name, addition.manifest(), result));
        if (store.find(name).isPresent()) {
            GrowthCheck.check(current(name), agent.manifest(), addition.acceptedGrowth());
        }
        boolean wasThere = made.isEmpty() || store.hasImage(AgentStore.digest(result));
        StoredVersion version = store.add(
                name,
                addition.manifest(),
                made,
                result,
                new AgentStore.Addition(millis.getAsLong(), addition.operator()));
        boolean runs = agents.put(agent);
        events.emit(
                DeployContract.ADDED_EVENT,
                Fields.AGENT.is(name.value()),
                DeployContract.VERSION.is(version.number()),
                DeployContract.DIGEST.is(version.digest()),
                GatewayContract.CLIENT.is(addition.operator()));
        return Message.of(
                        Fields.AGENT.is(name.value()),
                        DeployContract.VERSION.is(version.number()),
                        DeployContract.DIGEST.is(version.digest()),
                        DeployContract.WAS_THERE.is(wasThere),
                        DeployContract.RUNS.is(runs),
                        DeployContract.LEFT_OUT_ENV.is(
                                ImageConfiguration.defaults(result).leftOutVariables()))
                .and(ImportProtocol.RESULT.is(result));
    }

    private static CatalogEntry.Accepted accepted(AgentName name, CatalogEntry entry) throws RpcException {
        return switch (entry) {
            case CatalogEntry.Accepted agent -> agent;
            case CatalogEntry.Refused refused -> throw refused(name, refused.problems());
        };
    }

    private static Addition addition(AgentName name, byte[] manifest, Caller caller, Message request) {
        return new Addition(
                name,
                new String(manifest, StandardCharsets.UTF_8),
                TerminalText.escaped(caller.name()),
                request.find(DeployContract.ACCEPT_GROWTH));
    }

    /**
     * Makes a version with another manifest, and changes the agent's runs. The version comes first: after a failure the
     * next start has it, and the same call goes on.
     */
    private Message apply(Caller caller, Message request) throws RpcException, IOException {
        AgentName name = parsedName(request);
        StoredAgent had = stored(name);
        byte[] manifest = room.take(
                request.get(DeployContract.MANIFEST),
                request.find(DeployContract.MANIFEST_SHA256),
                ManifestReader.MAX_BYTES);
        check(name, manifest);
        Addition addition = addition(name, manifest, caller, request);
        Message result = store.result(had.currentVersion().digest());
        CatalogEntry.Accepted next = accepted(name, store.entry(name, manifest, result));
        Optional<CatalogEntry> before = agents.find(name.value());
        agents.rejectUnsettled(name.value());
        long version = Arrays.equals(manifest, store.manifestOf(name, had.current()))
                ? had.current()
                : version(addition, Optional.empty(), result).get(DeployContract.VERSION);
        Optional<List<ManifestChange>> taken = agents.adopt(next);
        List<ManifestChange> changes = taken.orElseGet(() -> differences(before, next));
        List<String> now = keys(changes, true);
        List<String> later = new ArrayList<>(keys(changes, false));
        if (taken.isEmpty()) {
            later.addAll(now);
        }
        Message answer = Message.of(
                Fields.AGENT.is(name.value()),
                DeployContract.VERSION.is(version),
                DeployContract.IN_FORCE.is(taken.isPresent() ? now : List.of()),
                DeployContract.AT_NEXT_START.is(later));
        events.emit(DeployContract.APPLIED, answer.and(GatewayContract.CLIENT.is(addition.operator())));
        return answer;
    }

    private static List<ManifestChange> differences(Optional<CatalogEntry> before, CatalogEntry.Accepted next) {
        return before.orElse(null) instanceof CatalogEntry.Accepted former
                ? ManifestChange.between(former.manifest(), next.manifest())
                : List.of();
    }

    private static List<String> keys(List<ManifestChange> changes, boolean isLive) {
        return changes.stream()
                .filter(change -> change.isLive() == isLive)
                .map(ManifestChange::key)
                .toList();
    }

    private Message progress(Message request) throws RpcException {
        try {
            return imports.progress(
                    request.get(DeployContract.IMPORT), Duration.ofMillis(request.get(DeployContract.IMPORT_WAIT)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
        }
    }

    /**
     * The agent of that name in the store.
     *
     * @throws RpcException also when it is an agent of the image or of the data disk
     */
    private StoredAgent stored(AgentName name) throws RpcException {
        Optional<StoredAgent> agent = store.find(name);
        if (agent.isPresent()) {
            return agent.get();
        }
        throw agents.find(name.value()).isPresent()
                ? new RpcException(
                        AgentReason.AGENT_FIXED,
                        name + " was not added to the store, and has no versions",
                        Fields.AGENT.name())
                : new RpcException(AgentReason.AGENT_UNKNOWN, "there is no agent " + name, Fields.AGENT.name());
    }

    private Message show(Message request) throws RpcException, IOException {
        AgentName name = parsedName(request);
        StoredAgent agent = stored(name);
        List<Message> versions = new ArrayList<>(agent.versions().stream()
                .map(version -> Message.of(
                        DeployContract.VERSION.is(version.number()),
                        DeployContract.DIGEST.is(version.digest()),
                        DeployContract.ADDED.is(version.addedMillis()),
                        GatewayContract.CLIENT.is(version.operator()),
                        DeployContract.IS_CURRENT.is(version.number() == agent.current())))
                .toList());
        Collections.reverse(versions);
        return Message.of(
                Fields.AGENT.is(name.value()),
                DeployContract.VERSIONS.is(versions),
                ImportProtocol.RESULT.is(store.result(agent.currentVersion().digest())));
    }

    /** Rolls back without an acceptance of growth: an operator accepted the version when it was added. */
    private Message rollback(Caller caller, Message request) throws RpcException, IOException {
        AgentName name = parsedName(request);
        StoredAgent agent = stored(name);
        Optional<Long> asked = request.find(DeployContract.VERSION);
        StoredVersion version = asked.isPresent()
                ? agent.find(asked.get()).orElseThrow(() -> noVersion(name, "no version " + asked.get()))
                : agent.previous().orElseThrow(() -> noVersion(name, "no version before " + agent.current()));
        CatalogEntry.Accepted entry = accepted(
                name, store.entry(name, store.manifestOf(name, version.number()), store.result(version.digest())));
        store.rollback(name, version.number());
        boolean runs = agents.put(entry);
        events.emit(
                DeployContract.ROLLED_BACK,
                Fields.AGENT.is(name.value()),
                DeployContract.VERSION.is(version.number()),
                GatewayContract.CLIENT.is(TerminalText.escaped(caller.name())));
        return Message.of(
                Fields.AGENT.is(name.value()),
                DeployContract.VERSION.is(version.number()),
                DeployContract.RUNS.is(runs));
    }

    private static RpcException noVersion(AgentName name, String what) {
        return new RpcException(AgentReason.AGENT_VERSION, name + " has " + what, DeployContract.VERSION.name());
    }

    private Message remove(Caller caller, Message request) throws RpcException, IOException {
        AgentName name = parsedName(request);
        var _ = stored(name);
        boolean isPurged = request.get(DeployContract.PURGE);
        agents.remove(name.value());
        store.remove(name);
        long bytes = disks.kept(name).stream().mapToLong(DiskStore.Kept::bytes).sum();
        if (isPurged) {
            disks.forget(name);
            agents.forgetOutput(name);
        }
        events.emit(
                DeployContract.REMOVED,
                Fields.AGENT.is(name.value()),
                DeployContract.PURGE.is(isPurged),
                GatewayContract.CLIENT.is(TerminalText.escaped(caller.name())));
        return Message.of(Fields.AGENT.is(name.value()), DeployContract.DISK_BYTES.is(bytes));
    }

    private List<Message> volumes() throws IOException {
        return disks.kept().stream()
                .map(disk -> Message.of(
                        Fields.AGENT.is(disk.agent().value()),
                        AgentContract.DISK.is(disk.disk()),
                        DeployContract.PROMISED.is(disk.size()),
                        Fields.BYTES.is(disk.bytes()),
                        DeployContract.IS_KNOWN.is(
                                agents.find(disk.agent().value()).isPresent())))
                .toList();
    }

    private Message removeVolume(Message request) throws RpcException, IOException {
        String text = request.get(Fields.AGENT);
        String disk = request.get(AgentContract.DISK);
        if (agents.isLive(text)) {
            throw new RpcException(AgentReason.AGENT_RUNS, text + " runs; stop it first", Fields.AGENT.name());
        }
        Optional<Long> bytes;
        try {
            bytes = disks.remove(new AgentName(text), disk);
        } catch (InvalidValueException e) {
            bytes = Optional.empty();
        }
        return Message.of(Fields.BYTES.is(bytes.orElseThrow(() -> new RpcException(
                AgentReason.DISK_UNKNOWN,
                TerminalText.escaped(text) + " has no disk " + TerminalText.escaped(disk),
                AgentContract.DISK.name()))));
    }

    private Message df() throws IOException {
        DiskStore.Room now = disks.room();
        AgentStore.Images images = store.images();
        return Message.of(
                DeployContract.ROOM.is(now.limit()),
                DeployContract.PROMISED.is(now.promised()),
                DeployContract.FREE.is(now.free()),
                DeployContract.IMAGES.is(images.count()),
                DeployContract.IMAGE_BYTES.is(images.bytes()));
    }

    private Message prune() throws IOException {
        AgentStore.Images removed = store.prune(agents.images());
        return Message.of(DeployContract.IMAGES.is(removed.count()), Fields.BYTES.is(removed.bytes()));
    }
}
