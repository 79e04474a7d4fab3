package dev.nullbox.archive.files;

import dev.nullbox.archive.ByteNames;
import dev.nullbox.natives.Libc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Content of a directory, or a file, as a tar archive, made while it is read: sorted by names' bytes, with owners, modes, times,
 * hard links and extended attributes as this process sees them. Symbolic links are not followed, sockets are left out.
 * Memory holds the names of one directory of each depth, and of files with several names.
 */
public final class DirectoryTar extends InputStream {
    private static final LinkOption ITSELF = LinkOption.NOFOLLOW_LINKS;
    private static final int FORMAT = 0170000;
    private static final int PERMISSIONS = 07777;
    private static final int END_BLOCKS = 2;
    private static final ByteName CONTENT = new ByteName(new byte[] {'.'});

    private final Set<Path> omitted;
    private final Consumer<Path> leftOut;
    private final Xattrs xattrs;
    private final Deque<Iterator<Entry>> left = new ArrayDeque<>();
    private final Map<List<Object>, ByteName> linked = new HashMap<>();
    private byte[] ready = new byte[0];
    private int readyAt;
    private InputStream file = InputStream.nullInputStream();
    private long fileLeft;
    private Path filePath = Path.of("");
    private int padding;
    private boolean isEnded;

    private record Entry(Path path, ByteName name) {}

    private DirectoryTar(Libc libc, Path root, ByteName name, Set<Path> omitted, Consumer<Path> leftOut) {
        this.omitted = Set.copyOf(omitted);
        this.leftOut = leftOut;
        this.xattrs = new Xattrs(libc);
        left.push(List.of(new Entry(root, name)).iterator());
    }

    /**
     * The content of a directory, which may be named by a symbolic link.
     *
     * @param leftOut takes each socket
     * @throws IOException when there is none
     */
    public static DirectoryTar of(Libc libc, Path directory, Consumer<Path> leftOut) throws IOException {
        return new DirectoryTar(libc, directory.toRealPath(), CONTENT, Set.of(), leftOut);
    }

    /**
     * A file or a directory with all below it, under its own name; a symbolic link stays one. {@code /}, and a path that ends
     * with a slash and a dot, stand for a directory's content.
     *
     * @param path an absolute path, with one character a byte
     * @param omitted directories that are left out, {@code /proc} for instance
     * @param leftOut is told each of these, and each socket
     * @throws IOException when there is nothing
     */
    public static DirectoryTar named(Libc libc, String path, Set<Path> omitted, Consumer<Path> leftOut)
            throws IOException {
        Path place = PathBytes.path(path);
        if (path.endsWith("/.") || place.getNameCount() == 0) {
            return new DirectoryTar(libc, directory(place.toRealPath(), path), CONTENT, omitted, leftOut);
        }
        Path root = path.endsWith("/") ? directory(place.toRealPath(), path) : place;
        if (!Files.exists(root, ITSELF)) {
            throw new NoSuchFileException(ByteNames.shown(path));
        }
        return new DirectoryTar(libc, root, new ByteName(PathBytes.name(place)), omitted, leftOut);
    }

    private static Path directory(Path path, String asked) throws NotDirectoryException {
        if (!Files.isDirectory(path)) {
            throw new NotDirectoryException(ByteNames.shown(asked));
        }
        return path;
    }

    /** Estimated bytes of a directory's archive, without pax headers; for progress. */
    public static long estimate(Path directory) throws IOException {
        AtomicLong bytes = new AtomicLong((long) END_BLOCKS * TarHeader.BLOCK);
        Files.walkFileTree(directory.toRealPath(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                bytes.addAndGet(TarHeader.BLOCK);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                long size = attributes.isRegularFile() ? attributes.size() : 0;
                bytes.addAndGet(TarHeader.BLOCK + size + TarHeader.padding(size));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException cause) {
                // Reported to the reader of the archive.
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes.get();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (readyAt == ready.length && fileLeft == 0) {
            if (!advance()) {
                return -1;
            }
        }
        if (readyAt < ready.length) {
            int count = Math.min(length, ready.length - readyAt);
            System.arraycopy(ready, readyAt, into, offset, count);
            readyAt += count;
            return count;
        }
        int count = file.read(into, offset, (int) Math.min(length, fileLeft));
        if (count < 0) {
            throw new IOException(filePath + " became shorter while it was read");
        }
        fileLeft -= count;
        return count;
    }

    private void offer(byte[] bytes) {
        ready = bytes;
        readyAt = 0;
    }

    /** Prepares the next bytes, of which there may be none yet; false at the end. */
    private boolean advance() throws IOException {
        if (padding > 0) {
            offer(new byte[padding]);
            padding = 0;
            return true;
        }
        file.close();
        file = InputStream.nullInputStream();
        while (!left.isEmpty() && !left.element().hasNext()) {
            left.pop();
        }
        if (!left.isEmpty()) {
            add(left.element().next());
            return true;
        }
        if (isEnded) {
            return false;
        }
        isEnded = true;
        offer(new byte[END_BLOCKS * TarHeader.BLOCK]);
        return true;
    }

    private void add(Entry entry) throws IOException {
        if (omitted.contains(entry.path())) {
            leftOut.accept(entry.path());
            return;
        }
        try {
            Map<String, Object> attributes = Files.readAttributes(
                    entry.path(), "unix:mode,uid,gid,ino,dev,rdev,nlink,size,lastModifiedTime", ITSELF);
            switch ((int) number(attributes, "mode") & FORMAT) {
                case 0040000 -> {
                    header(entry, attributes, EntryType.DIRECTORY, ByteName.NONE);
                    left.push(children(entry));
                }
                case 0100000 -> addFile(entry, attributes);
                case 0120000 ->
                    header(
                            entry,
                            attributes,
                            EntryType.SYMLINK,
                            new ByteName(PathBytes.link(Files.readSymbolicLink(entry.path()))));
                case 0010000 -> header(entry, attributes, EntryType.FIFO, ByteName.NONE);
                case 0020000 -> header(entry, attributes, EntryType.CHARACTER_DEVICE, ByteName.NONE);
                case 0060000 -> header(entry, attributes, EntryType.BLOCK_DEVICE, ByteName.NONE);
                default -> leftOut.accept(entry.path());
            }
        } catch (AccessDeniedException e) {
            throw new IOException(
                    entry.path()
                            + ": permission denied; run nullctl as a user who may read all of it, root for instance",
                    e);
        } catch (NoSuchFileException e) {
            throw new IOException(entry.path() + " was removed while the directory was read", e);
        }
    }

    private void addFile(Entry entry, Map<String, Object> attributes) throws IOException {
        if (number(attributes, "nlink") > 1) {
            List<Object> inode = List.of(number(attributes, "dev"), number(attributes, "ino"));
            ByteName first = linked.putIfAbsent(inode, entry.name());
            if (first != null) {
                header(entry, attributes, EntryType.HARD_LINK, first);
                return;
            }
        }
        file = Files.newInputStream(entry.path(), ITSELF);
        filePath = entry.path();
        fileLeft = number(attributes, "size");
        padding = TarHeader.padding(fileLeft);
        header(entry, attributes, EntryType.FILE, ByteName.NONE);
    }

    private void header(Entry entry, Map<String, Object> attributes, EntryType type, ByteName link) throws IOException {
        FileTime time = (FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime"));
        boolean isDevice = type == EntryType.CHARACTER_DEVICE || type == EntryType.BLOCK_DEVICE;
        offer(new TarHeader(
                        type == EntryType.DIRECTORY ? entry.name().directory() : entry.name(),
                        type,
                        (int) number(attributes, "mode") & PERMISSIONS,
                        number(attributes, "uid") & 0xffff_ffffL,
                        number(attributes, "gid") & 0xffff_ffffL,
                        type == EntryType.FILE ? number(attributes, "size") : 0,
                        time.to(TimeUnit.SECONDS),
                        link,
                        isDevice ? number(attributes, "rdev") : 0,
                        type == EntryType.HARD_LINK ? Map.of() : xattrs.of(entry.path()))
                .encode());
    }

    private static long number(Map<String, Object> attributes, String name) {
        return ((Number) attributes.getOrDefault(name, 0)).longValue();
    }

    private static Iterator<Entry> children(Entry directory) throws IOException {
        record Child(Path path, ByteName name) {}
        List<Child> children = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory.path())) {
            paths.forEach(path -> children.add(new Child(path, new ByteName(PathBytes.name(path)))));
        }
        children.sort(Comparator.comparing(Child::name));
        ByteName parent = directory.name().directory();
        return children.stream()
                .map(child -> new Entry(child.path(), parent.and(child.name())))
                .iterator();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
