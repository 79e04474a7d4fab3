package dev.nullbox.cage.store;

import dev.nullbox.cage.agent.AgentCatalog;
import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Store of images by their SHA-256, each once, and of agents by name. A power cut at any step leaves the old or the new
 * version:
 *
 * <pre>
 * images/DIGEST.erofs   the root, mode 0444
 * images/DIGEST.json    the importer's result
 * agents/NAME/agent.json  its versions, see {@link StoredAgent}
 * agents/NAME/N.toml    the AGENT.toml of version N
 * </pre>
 *
 * An image and a manifest are synced before the agent.json that names them; files that no agent.json names are removed
 * when the store is opened. For any thread.
 */
public final class AgentStore {
    private static final String IMAGE = ".erofs";
    private static final String TOLD = ".json";
    private static final String MANIFEST = ".toml";
    private static final String VERSIONS = "agent.json";
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int MAX_RECORD_BYTES = 1 << 20;

    private final Path root;
    private final StoreFiles files;
    private final Path images;
    private final Path agents;
    private final Map<AgentName, StoredAgent> stored =
            new TreeMap<>((one, other) -> one.value().compareTo(other.value()));
    /** Images that were checked against their digest in this process. */
    private final Set<String> verified = new HashSet<>();

    private AgentStore(Path root, StoreFiles files) throws IOException {
        this.root = root;
        this.files = files;
        this.images = directory(root.resolve("images"));
        this.agents = directory(root.resolve("agents"));
    }

    /**
     * Opens it, and removes the remains of an interrupted change.
     *
     * @throws IOException when a directory cannot be opened
     */
    public static AgentStore open(Path root) throws IOException {
        return open(root, new StoreFiles());
    }

    static AgentStore open(Path root, StoreFiles files) throws IOException {
        AgentStore store = new AgentStore(root, files);
        for (Path directory : list(store.agents)) {
            store.read(directory);
        }
        store.tidy();
        return store;
    }

    /** A directory of mode 0700, created if missing. */
    static Path directory(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return path;
    }

    private static List<Path> list(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        }
        return found;
    }

    /** An agent whose first version was not finished has no agent.json. */
    private void read(Path directory) throws IOException {
        AgentName name;
        try {
            name = new AgentName(String.valueOf(directory.getFileName()));
        } catch (InvalidValueException e) {
            System.err.println("cage: " + directory + " is no agent's directory, and is left as it is");
            return;
        }
        Path file = directory.resolve(VERSIONS);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            deleteAll(directory);
            return;
        }
        try {
            stored.put(name, StoredAgent.decode(bounded(file, MAX_RECORD_BYTES)));
        } catch (RpcException | IllegalStateException e) {
            // Its files are kept: an operator may be able to repair it.
            System.err.println("cage: the agent " + name + " is left out: " + file + " is damaged: " + e.getMessage());
        }
    }

    private static byte[] bounded(Path file, int max) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(max + 1);
            if (bytes.length > max) {
                throw new IOException(file + " has more than " + max + " bytes");
            }
            return bytes;
        }
    }

    /** Removes manifests and partial files that no agent.json names; images stay until they are pruned. */
    private void tidy() throws IOException {
        for (Map.Entry<AgentName, StoredAgent> agent : stored.entrySet()) {
            tidy(agent.getKey(), agent.getValue());
        }
        for (Path file : list(images)) {
            String name = String.valueOf(file.getFileName());
            String digest = name.substring(0, Math.max(0, name.lastIndexOf('.')));
            if (!hasImage(digest)) {
                files.delete(file);
            }
        }
    }

    private void tidy(AgentName name, StoredAgent agent) throws IOException {
        Set<Path> named = new HashSet<>();
        named.add(agents.resolve(name.value()).resolve(VERSIONS));
        agent.versions().forEach(version -> named.add(manifest(name, version.number())));
        for (Path file : list(agents.resolve(name.value()))) {
            if (!named.contains(file)) {
                files.delete(file);
            }
        }
    }

    private void deleteAll(Path directory) throws IOException {
        for (Path file : list(directory)) {
            files.delete(file);
        }
        files.delete(directory);
    }

    private Path manifest(AgentName name, long version) {
        return agents.resolve(name.value()).resolve(version + MANIFEST);
    }

    private Path image(String digest) {
        return images.resolve(digest + IMAGE);
    }

    private Path told(String digest) {
        return images.resolve(digest + TOLD);
    }

    /** Its directory. */
    Path root() {
        return root;
    }

    /** All agents, each with its current version. */
    public synchronized List<CatalogEntry> entries() {
        return stored.keySet().stream().map(this::entry).toList();
    }

    /** The versions of an agent. */
    public synchronized Optional<StoredAgent> find(AgentName name) {
        return Optional.ofNullable(stored.get(name));
    }

    /** Tells whether the image is stored. */
    public synchronized boolean hasImage(String digest) {
        return Files.isRegularFile(image(digest), LinkOption.NOFOLLOW_LINKS) && Files.exists(told(digest));
    }

    /** Moves an image into the store; only removes it when it is stored already. */
    private void keepImage(Path made, String digest, Message result) throws IOException {
        if (hasImage(digest)) {
            files.delete(made);
            return;
        }
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("r--r--r--"));
        files.sync(made);
        files.move(made, image(digest));
        files.replace(told(digest), Json.bytes(Codec.encode(ImportProtocol.RESULT.is(result))));
        files.sync(images);
        verified.add(digest);
    }

    /** The digest of an image that the importer made. */
    static String digest(Message result) {
        String digest = result.get(ImportProtocol.IMAGE_DIGEST);
        return digest.substring(digest.indexOf(':') + 1);
    }

    /** The importer's result for an image. */
    public synchronized Message result(String digest) throws IOException {
        try {
            return Codec.decodeOpen(
                            List.of(ImportProtocol.RESULT),
                            Json.parse(bounded(told(digest), MAX_RECORD_BYTES)).getAsJsonObject())
                    .get(ImportProtocol.RESULT);
        } catch (RpcException | IllegalStateException e) {
            throw new IOException(told(digest) + " is damaged: " + e.getMessage(), e);
        }
    }

    /** Catalog entry of a manifest and an image: accepted, or refused with all its problems. */
    public CatalogEntry entry(AgentName name, byte[] manifest, Message result) {
        return AgentCatalog.stored(name.value(), manifest, ImageConfiguration.defaults(result), image(digest(result)));
    }

    /** Catalog entry of an agent's current version; one that cannot be read is refused. */
    private CatalogEntry entry(AgentName name) {
        StoredVersion version = find(name).orElseThrow().currentVersion();
        try {
            return entry(name, manifestOf(name, version.number()), result(version.digest()));
        } catch (IOException e) {
            return new CatalogEntry.Refused(
                    name.value(),
                    CatalogEntry.Source.STORE,
                    List.of(new Problem("file", "cannot be read: " + e.getMessage(), "add the agent anew")));
        }
    }

    /** The AGENT.toml of a version. */
    public byte[] manifestOf(AgentName name, long version) throws IOException {
        return bounded(manifest(name, version), ManifestReader.MAX_BYTES);
    }

    /**
     * Adds a version, which becomes the current one.
     *
     * @param made the image, which is moved into the store; absent when it is stored already
     * @param result the importer's result for it
     */
    public synchronized StoredVersion add(
            AgentName name, byte[] manifest, Optional<Path> made, Message result, Addition addition)
            throws IOException {
        String digest = digest(result);
        if (made.isPresent()) {
            keepImage(made.get(), digest, result);
        } else if (!hasImage(digest)) {
            throw new IOException("the image " + digest + " was removed meanwhile; add the archive anew");
        }
        StoredAgent had = stored.get(name);
        StoredVersion version = new StoredVersion(
                had == null ? 1 : had.next(), digest, Sha256.hex(manifest), addition.millis(), addition.operator());
        directory(agents.resolve(name.value()));
        files.sync(agents);
        files.replace(manifest(name, version.number()), manifest);
        keep(name, had == null ? StoredAgent.first(version) : had.with(version));
        return version;
    }

    /** Makes another version the current one. */
    public synchronized void rollback(AgentName name, long version) throws IOException {
        keep(name, find(name).orElseThrow().withCurrent(version));
    }

    private void keep(AgentName name, StoredAgent agent) throws IOException {
        files.replace(agents.resolve(name.value()).resolve(VERSIONS), agent.encode());
        stored.put(name, agent);
        tidy(name, agent);
    }

    /** Removes an agent; its images stay until they are pruned. */
    public synchronized void remove(AgentName name) throws IOException {
        Path directory = agents.resolve(name.value());
        // It is removed with this file.
        files.delete(directory.resolve(VERSIONS));
        files.sync(directory);
        stored.remove(name);
        deleteAll(directory);
        files.sync(agents);
    }

    /**
     * Occasion of a version.
     *
     * @param millis when, since 1970 UTC
     * @param operator the operator who added it
     */
    public record Addition(long millis, String operator) {}

    /** Number of images, and their bytes. */
    public record Images(long count, long bytes) {}

    /** All stored images. */
    public synchronized Images images() throws IOException {
        long count = 0;
        long bytes = 0;
        for (Path file : list(images)) {
            if (file.toString().endsWith(IMAGE)) {
                count++;
                bytes += Files.size(file);
            }
        }
        return new Images(count, bytes);
    }

    /**
     * Removes former versions, and images that neither a version nor a run uses.
     *
     * @param running images that runs use
     */
    public synchronized Images prune(Set<Path> running) throws IOException {
        Set<Path> used = new HashSet<>(running);
        for (Map.Entry<AgentName, StoredAgent> agent : Map.copyOf(stored).entrySet()) {
            keep(agent.getKey(), agent.getValue().withoutFormer());
            used.add(image(agent.getValue().currentVersion().digest()));
        }
        long count = 0;
        long bytes = 0;
        for (Path file : list(images)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(IMAGE) && !used.contains(file)) {
                bytes += Files.size(file);
                count++;
                // Without the other file it is removed when the store is opened, should this be the last step.
                files.delete(told(name.substring(0, name.length() - IMAGE.length())));
                files.delete(file);
            }
        }
        files.sync(images);
        return new Images(count, bytes);
    }

    /**
     * Checks an image of the store against its digest, once in this process's life; images that this process stored are
     * not read again, and files outside the store are not checked.
     *
     * @throws IOException when it is another file than was added
     */
    public void verify(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (!images.equals(file.getParent()) || !name.endsWith(IMAGE)) {
            return;
        }
        String digest = name.substring(0, name.length() - IMAGE.length());
        synchronized (this) {
            if (verified.contains(digest)) {
                return;
            }
        }
        MessageDigest computed = Sha256.digest();
        digest(file, computed);
        String found = Sha256.hex(computed);
        if (!found.equals(digest)) {
            throw new IOException(
                    "the image " + digest + " is damaged: its SHA-256 is " + found + "; add the agent anew");
        }
        synchronized (this) {
            verified.add(digest);
        }
    }

    /** Adds the bytes of a file, which must be no link, to a digest. */
    static void digest(Path file, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            int count = in.read(buffer);
            while (count > 0) {
                digest.update(buffer, 0, count);
                count = in.read(buffer);
            }
        }
    }
}
