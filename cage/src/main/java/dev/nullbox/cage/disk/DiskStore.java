package dev.nullbox.cage.disk;

import dev.nullbox.manifest.GuestPath;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.PrivateDirectory;
import dev.nullbox.service.process.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Disks of all agents: {@code disks/NAME/} on the data partition, one file each. Invariant: a file that a guest has
 * written to is never mounted or read here. For any thread; runs of one agent are served one after another.
 *
 * <p>Runs beside an agent's own have a directory {@code disks/NAME.N/} for the layer that ends with them. Invariant: the
 * kept disks of an agent are held by one run at a time, since two guests that mount one file system destroy it.
 *
 * <p>A kept disk is made as {@code FILE.new}, synced and renamed; a power cut leaves it whole or absent. When former
 * shares are moved into it, {@code FILE.moved} lists their paths from before the rename until they are removed: if the
 * disk exists, it has their content.
 */
public final class DiskStore {
    private static final int BYTES_PER_INODE = 8192;
    /** Inode ratio of the read disk, whose files are known: as many inodes as blocks. */
    private static final int BYTES_PER_INODE_READ = 4096;

    private static final long MIB = 1 << 20;
    private static final long MIN_READ_BYTES = 16 * MIB;
    private static final String NEW = ".new";
    private static final String MOVED = ".moved";
    private static final String OWNER_READS = "r--------";

    private final Libc libc;
    private final EventSink events;
    private final Path disks;
    private final DiskFiles files;
    private final DataSpace space;
    private final FormerShares shares;
    private final Promises promises;
    private final Templates templates;
    /** Runs that hold the kept disks of their agents, by the names of their directories. */
    private final Map<AgentName, String> holders = new ConcurrentHashMap<>();

    private final Map<AgentName, Object> locks = new ConcurrentHashMap<>();

    /**
     * Paths.
     *
     * @param data where state is kept: {@code /data}
     * @param mke2fs the program
     */
    public record Settings(Path data, String mke2fs) {
        /** The appliance's settings. */
        public static Settings appliance() {
            return new Settings(Path.of("/data"), "/sbin/mke2fs");
        }
    }

    private DiskStore(Libc libc, EventSink events, Path data, DiskFiles files) throws IOException {
        this.libc = libc;
        this.events = events;
        this.disks = PrivateDirectory.ensure(data.resolve("disks"));
        this.files = files;
        this.space = DataSpace.open(libc, data, disks);
        this.templates = new Templates(libc, files, disks.resolve(".templates"), space.hasReflinks());
        this.shares = new FormerShares(data.resolve("shares"), files);
        this.promises = new Promises(space);
    }

    /**
     * Opens the store and removes the remains of an interrupted start or a former run; to be called when no VMM runs.
     *
     * @throws IOException when its directory cannot be opened
     */
    public static DiskStore open(Libc libc, ChildProcess.Launcher launcher, Settings settings, EventSink events)
            throws IOException {
        return open(libc, settings.data(), new DiskFiles(new Mke2fs(libc, launcher, settings.mke2fs())), events);
    }

    static DiskStore open(Libc libc, Path data, DiskFiles files, EventSink events) throws IOException {
        DiskStore store = new DiskStore(libc, events, data, files);
        store.shares.unstageAll();
        store.templates.clear();
        for (Path directory : DataSpace.directories(store.disks)) {
            Optional<AgentName> agent = agentOf(directory);
            if (agent.isPresent()) {
                store.tidy(directory);
                store.promises.set(agent.get().value(), present(directory));
            } else if (isOfRun(directory)) {
                store.files.deleteTree(directory);
            }
        }
        return store;
    }

    /** Tells whether the guest gets a layer: where state is in memory, it uses a tmpfs of its own. */
    private boolean hasLayer(DiskRequest request) {
        return request.layer() == DiskRequest.Layer.PERSISTENT
                || (request.layer() == DiskRequest.Layer.EPHEMERAL && !space.isMemory());
    }

    /**
     * Creates the missing disks of an agent, to be called before each start.
     *
     * @param uid the user of its VMM, who owns them
     * @throws DiskRefusedException when they do not fit
     * @throws IOException when one cannot be made; existing ones are unchanged
     */
    public RunDisks prepare(AgentName agent, int uid, DiskRequest request) throws IOException {
        synchronized (lock(agent)) {
            hold(agent, agent.value(), request);
            return provide(agent, agent.value(), uid, request);
        }
    }

    /**
     * Creates the disks of a run beside the agent's own.
     *
     * @param run its number
     * @throws DiskRefusedException when they do not fit, or another run holds the agent's kept disks, which it needs
     */
    public RunDisks prepareBeside(AgentName agent, long run, int uid, DiskRequest request) throws IOException {
        synchronized (lock(agent)) {
            String own = agent + "." + run;
            hold(agent, own, request);
            PrivateDirectory.ensure(disks.resolve(own));
            return provide(agent, own, uid, request);
        }
    }

    private Object lock(AgentName agent) {
        return locks.computeIfAbsent(agent, _ -> new Object());
    }

    /** Makes a run the holder of its agent's kept disks, if it has any. */
    private void hold(AgentName agent, String run, DiskRequest request) throws DiskRefusedException {
        boolean isNeeded = request.layer() == DiskRequest.Layer.PERSISTENT
                || !request.write().isEmpty()
                || !request.read().isEmpty();
        String holder = isNeeded ? holders.putIfAbsent(agent, run) : null;
        if (holder != null && !holder.equals(run)) {
            throw new DiskRefusedException("agent " + agent + ": its kept disks (filesystem.write, filesystem.read or a"
                    + " persistent root) are in use by its run " + holder
                    + ", and a disk is never attached to two microVMs: wait for the end of that run, or stop it");
        }
    }

    /** @param run the directory of what ends with the run */
    private RunDisks provide(AgentName agent, String run, int uid, DiskRequest request) throws IOException {
        Path directory = PrivateDirectory.ensure(disks.resolve(agent.value()));
        tidy(directory);
        Map<Disk, Long> had = present(directory);
        Map<Disk, Long> wanted = sizes(agent, request, had);
        try {
            promise(agent, run, request, had, wanted);
            for (Map.Entry<Disk, Long> disk : wanted.entrySet()) {
                provide(agent, run, uid, request, disk.getKey(), disk.getValue());
            }
            finishMoves(agent, directory);
        } finally {
            promises.set(agent.value(), present(directory));
            promises.set(run, present(disks.resolve(run)));
        }
        sayWhatIsLeft(agent, request);
        return new RunDisks(
                path(directory, wanted, Disk.LAYER).or(() -> path(disks.resolve(run), wanted, Disk.RUN_LAYER)),
                path(directory, wanted, Disk.VOLUME),
                path(directory, wanted, Disk.READ));
    }

    /** Promises the disks of a run: what ends with it to its own directory, the others to its agent's. */
    private void promise(AgentName agent, String run, DiskRequest request, Map<Disk, Long> had, Map<Disk, Long> wanted)
            throws IOException {
        String keys = keys(request, had, wanted);
        Map<Disk, Long> kept = new EnumMap<>(Disk.class);
        kept.putAll(wanted);
        if (!run.equals(agent.value()) && wanted.containsKey(Disk.RUN_LAYER)) {
            promises.add(run, Map.of(Disk.RUN_LAYER, wanted.get(Disk.RUN_LAYER)), keys);
            kept.remove(Disk.RUN_LAYER);
        }
        promises.add(agent.value(), kept, keys);
    }

    /** Removes what ends with an agent's run, to be called when its VMM has ended; idempotent. */
    public void release(AgentName agent) throws IOException {
        synchronized (lock(agent)) {
            Path directory = disks.resolve(agent.value());
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                tidy(directory);
                releaseKept(agent, agent.value());
                promises.set(agent.value(), present(directory));
            }
        }
    }

    /** Removes what ends with a run beside the agent's own, to be called when its VMM has ended; idempotent. */
    public void releaseBeside(AgentName agent, long run) throws IOException {
        synchronized (lock(agent)) {
            String own = agent + "." + run;
            files.deleteTree(disks.resolve(own));
            promises.set(own, Map.of());
            releaseKept(agent, own);
        }
    }

    private void releaseKept(AgentName agent, String run) throws IOException {
        String holder = holders.get(agent);
        try {
            if (holder == null || holder.equals(run)) {
                restoreLengths(agent, disks.resolve(agent.value()));
            }
        } finally {
            holders.remove(agent, run);
        }
    }

    /**
     * Restores the lengths of disk files: a VMM cuts off its disk's end when its guest discards that, and a hostile one
     * may have made a disk longer.
     */
    private void restoreLengths(AgentName agent, Path directory) throws IOException {
        Map<Disk, Long> promised = promises.of(agent.value());
        for (Map.Entry<Disk, Long> disk : present(directory).entrySet()) {
            long bytes = promised.getOrDefault(disk.getKey(), disk.getValue());
            if (disk.getValue() != bytes) {
                Path file = directory.resolve(disk.getKey().file());
                Mke2fs.setLength(file, bytes);
                files.sync(file);
            }
        }
    }

    /**
     * Disk that outlives runs.
     *
     * @param disk the name of its file: layer, volume or read
     * @param size size that it may grow to, in bytes
     * @param bytes bytes that it uses now
     */
    public record Kept(AgentName agent, String disk, long size, long bytes) {}

    /** All disks that outlive runs, those of removed agents included. */
    public List<Kept> kept() throws IOException {
        List<Kept> all = new ArrayList<>();
        for (Path directory : DataSpace.directories(disks)) {
            Optional<AgentName> agent = agentOf(directory);
            if (agent.isPresent()) {
                all.addAll(kept(agent.get()));
            }
        }
        return all;
    }

    /** Bytes that all disks of an agent take now, those of its run too. */
    public long taken(AgentName agent) throws IOException {
        Path directory = disks.resolve(agent.value());
        long bytes = 0;
        for (Disk disk : Disk.values()) {
            bytes += Extents.allocated(libc, directory.resolve(disk.file()));
        }
        return bytes;
    }

    /** Kept disks of one agent. */
    public List<Kept> kept(AgentName agent) throws IOException {
        Path directory = disks.resolve(agent.value());
        List<Kept> own = new ArrayList<>();
        for (Map.Entry<Disk, Long> disk : present(directory).entrySet()) {
            String file = disk.getKey().file();
            if (disk.getKey().isKept()) {
                own.add(new Kept(agent, file, disk.getValue(), Extents.allocated(libc, directory.resolve(file))));
            }
        }
        return own;
    }

    /**
     * Removes one disk of an agent that does not run.
     *
     * @return the bytes that it used; absent when there is none
     * @throws DiskRefusedException when a run holds it
     */
    public Optional<Long> remove(AgentName agent, String disk) throws IOException {
        synchronized (lock(agent)) {
            String holder = holders.get(agent);
            if (holder != null) {
                throw new DiskRefusedException("agent " + agent + ": its disks are in use by its run " + holder);
            }
            return removeFree(agent, disk);
        }
    }

    private Optional<Long> removeFree(AgentName agent, String disk) throws IOException {
        for (Kept kept : kept(agent)) {
            if (kept.disk().equals(disk)) {
                Path directory = disks.resolve(agent.value());
                files.delete(directory.resolve(disk));
                files.sync(directory);
                promises.set(agent.value(), present(directory));
                return Optional.of(kept.bytes());
            }
        }
        return Optional.empty();
    }

    /**
     * Space for agents on the data partition.
     *
     * @param limit total bytes, without the services' reserve
     * @param promised bytes that disks may grow to
     */
    public record Room(long limit, long promised) {
        /** Bytes that are promised to no disk. */
        public long free() {
            return Math.max(0, limit - promised);
        }
    }

    /**
     * Counts a directory of the data partition against the same quota as the disks.
     *
     * @param directory an empty one, or one that was included before
     */
    public void include(Path directory) throws IOException {
        space.include(directory);
    }

    /** Most bytes of agents' output: out of the services' reserve, which no disk uses. */
    public long outputLimit() throws IOException {
        return space.outputLimit();
    }

    /** The space as it is now. */
    public Room room() throws IOException {
        return new Room(space.limit(), promises.total());
    }

    /** Removes all disks of an agent that does not run, and its former shares. */
    public void forget(AgentName agent) throws IOException {
        files.deleteTree(disks.resolve(agent.value()));
        files.sync(disks);
        shares.forget(agent);
        promises.set(agent.value(), Map.of());
    }

    /** Sizes of the run's disks: existing ones keep theirs, or grow. */
    private Map<Disk, Long> sizes(AgentName agent, DiskRequest request, Map<Disk, Long> had) throws IOException {
        Map<Disk, Long> wanted = new EnumMap<>(Disk.class);
        if (hasLayer(request)) {
            Disk layer = request.layer() == DiskRequest.Layer.PERSISTENT ? Disk.LAYER : Disk.RUN_LAYER;
            wanted.put(layer, stated(agent, layer, request.layerMib() * MIB, had));
        }
        if (!request.write().isEmpty()) {
            wanted.put(Disk.VOLUME, stated(agent, Disk.VOLUME, request.volumeMib() * MIB, had));
        }
        if (!request.read().isEmpty()) {
            wanted.put(Disk.READ, had.containsKey(Disk.READ) ? had.get(Disk.READ) : readBytes(agent, request));
        }
        return wanted;
    }

    private static long stated(AgentName agent, Disk disk, long bytes, Map<Disk, Long> had) {
        long has = had.getOrDefault(disk, 0L);
        if (has > bytes) {
            System.err.println("agent " + agent + ": its " + disk.file() + " keeps its " + has / MIB + " MiB, though "
                    + disk.key() + " is " + bytes / MIB + ": a disk is not made smaller");
        }
        return Math.max(has, bytes);
    }

    /** Bytes of former shares and a quarter more, for the file system's own needs. */
    private long readBytes(AgentName agent, DiskRequest request) throws IOException {
        try {
            long content = FormerShares.size(shares.stage(agent, Disk.READ, request.read()));
            return Math.max(MIN_READ_BYTES, (content + content / 4) / MIB * MIB + MIB);
        } finally {
            shares.unstage(agent, Disk.READ);
        }
    }

    private static String keys(DiskRequest request, Map<Disk, Long> had, Map<Disk, Long> wanted) {
        String keys = wanted.entrySet().stream()
                .filter(disk -> disk.getValue() > had.getOrDefault(disk.getKey(), 0L))
                .map(disk -> disk.getKey().key()
                        + switch (disk.getKey()) {
                            case LAYER, RUN_LAYER -> " " + request.layerMib();
                            case VOLUME -> " " + request.volumeMib();
                            case READ -> "";
                        })
                .collect(Collectors.joining(" + "));
        return keys.isEmpty() ? "nothing new" : keys;
    }

    private void provide(AgentName agent, String run, int uid, DiskRequest request, Disk disk, long bytes)
            throws IOException {
        Path file = disks.resolve(disk.isKept() ? agent.value() : run).resolve(disk.file());
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            if (disk.isKept()) {
                makeKept(agent, uid, request, disk, bytes);
            } else {
                templates.make(file, plan(agent, disk, bytes, Optional.empty()));
                give(file, uid, disk);
            }
            return;
        }
        if (Files.size(file) < bytes) {
            Mke2fs.setLength(file, bytes);
            reserve(file, bytes);
            files.sync(file);
        }
        give(file, uid, disk);
    }

    private void makeKept(AgentName agent, int uid, DiskRequest request, Disk disk, long bytes) throws IOException {
        Path directory = disks.resolve(agent.value());
        List<GuestPath> moving = shares.present(agent, request.paths(disk));
        Path making = directory.resolve(disk.file() + NEW);
        Optional<Path> content = Optional.empty();
        try {
            // The read disk cannot get its directories from the guest.
            if (disk == Disk.READ || !moving.isEmpty()) {
                content = Optional.of(shares.stage(agent, disk, request.paths(disk)));
            }
            files.make(making, plan(agent, disk, bytes, content));
        } catch (IOException e) {
            throw moving.isEmpty() ? e : doesNotHold(agent, disk, e);
        } finally {
            if (content.isPresent()) {
                shares.unstage(agent, disk);
            }
        }
        reserve(making, bytes);
        give(making, uid, disk);
        files.sync(making);
        if (!moving.isEmpty()) {
            String paths = moving.stream().map(GuestPath::value).collect(Collectors.joining("\n"));
            files.replace(directory.resolve(disk.file() + MOVED), paths.getBytes(StandardCharsets.UTF_8));
        }
        files.rename(making, directory.resolve(disk.file()));
        files.sync(directory);
        files.sync(disks);
    }

    /**
     * Allocates a disk's memory at once, where disks are in memory: a page is charged to the process that touches it
     * first, and a VMM has none to spare.
     */
    private void reserve(Path file, long bytes) throws IOException {
        if (!space.isMemory()) {
            return;
        }
        int fd = libc.open(file.toString(), OpenFlags.O_WRONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open " + file);
        try {
            libc.fallocate(fd, 0, 0, bytes).orThrow("fallocate " + bytes + " bytes of " + file);
        } finally {
            libc.close(fd);
        }
    }

    private static DiskRefusedException doesNotHold(AgentName agent, Disk disk, IOException cause) {
        DiskRefusedException refused = new DiskRefusedException("agent " + agent
                + ": the contents of its former shares cannot be moved into its " + disk.file()
                + ", and are as they were; raise " + Disk.VOLUME.key()
                + " when they are too large for it: " + cause.getMessage());
        refused.initCause(cause);
        return refused;
    }

    /** Removes shares whose content a disk has: the run that begins is the first that can change it there. */
    private void finishMoves(AgentName agent, Path directory) throws IOException {
        for (Disk disk : Disk.values()) {
            Path list = directory.resolve(disk.file() + MOVED);
            if (Files.exists(list)) {
                List<GuestPath> moved =
                        Files.readAllLines(list).stream().map(GuestPath::new).toList();
                shares.remove(agent, moved);
                events.emit(
                        AgentContract.SHARES_MOVED,
                        Fields.AGENT.is(agent.value()),
                        AgentContract.DISK.is(disk.file()),
                        AgentContract.PATHS.is(
                                moved.stream().map(GuestPath::value).toList()));
                files.delete(list);
                files.sync(directory);
            }
        }
    }

    private void sayWhatIsLeft(AgentName agent, DiskRequest request) throws IOException {
        for (Disk disk : List.of(Disk.VOLUME, Disk.READ)) {
            if (shares.isLeft(agent, request.paths(disk))) {
                System.err.println("agent " + agent + ": what lies in the shares/" + agent
                        + " of the data partition came after its " + disk.file()
                        + " was made, and does not reach it: remove the " + disk.file() + " or the share");
            }
        }
    }

    private void give(Path file, int uid, Disk disk) throws IOException {
        libc.chown(file.toString(), uid, uid).orThrow("chown " + file + " to " + uid);
        if (disk == Disk.READ) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(OWNER_READS));
        }
    }

    private static Mke2fs.Plan plan(AgentName agent, Disk disk, long bytes, Optional<Path> content) {
        // Fresh layers of one size are identical.
        String identity = disk == Disk.RUN_LAYER ? Long.toString(bytes) : agent + "/" + disk.file();
        UUID uuid = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
        boolean isRead = disk == Disk.READ;
        return new Mke2fs.Plan(bytes, uuid, isRead ? BYTES_PER_INODE_READ : BYTES_PER_INODE, !isRead, content);
    }

    /** Removes the layer of a former run, and unfinished files. */
    private void tidy(Path directory) throws IOException {
        files.delete(directory.resolve(Disk.RUN_LAYER.file()));
        for (Disk disk : Disk.values()) {
            files.delete(directory.resolve(disk.file() + NEW));
            if (!Files.exists(directory.resolve(disk.file()), LinkOption.NOFOLLOW_LINKS)) {
                files.delete(directory.resolve(disk.file() + MOVED));
            }
        }
    }

    private static Map<Disk, Long> present(Path directory) throws IOException {
        Map<Disk, Long> sizes = new EnumMap<>(Disk.class);
        for (Disk disk : Disk.values()) {
            Path file = directory.resolve(disk.file());
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                sizes.put(disk, Files.size(file));
            }
        }
        return sizes;
    }

    private static Optional<Path> path(Path directory, Map<Disk, Long> wanted, Disk disk) {
        return wanted.containsKey(disk) ? Optional.of(directory.resolve(disk.file())) : Optional.empty();
    }

    /** Tells whether a directory is of a run beside an agent's own: no agent's name has a dot. */
    private static boolean isOfRun(Path directory) {
        String name = String.valueOf(directory.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 && AgentName.find(name.substring(0, dot)).isPresent();
    }

    private static Optional<AgentName> agentOf(Path directory) {
        return AgentName.find(String.valueOf(directory.getFileName()));
    }
}
