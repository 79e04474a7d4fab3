package dev.nullbox.cage.disk;

import dev.nullbox.manifest.GuestPath;
import dev.nullbox.protocol.id.AgentName;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Directories of the host that agents of former appliances wrote to: {@code shares/NAME/PATH}. Their content is moved
 * into a disk once. It is untrusted: no symbolic link is followed.
 */
final class FormerShares {
    private static final FileAttribute<Set<PosixFilePermission>> OPEN =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
    private static final int BLOCK = 4096;
    /** Prefix of temporary directories, which no agent's name has. */
    private static final String STAGE = ".disk-";

    private final Path shares;
    private final DiskFiles files;

    /** @param shares {@code /data/shares}; it need not exist */
    FormerShares(Path shares, DiskFiles files) {
        this.shares = shares;
        this.files = files;
    }

    /** The paths that have a directory, an outer one before an inner one. */
    List<GuestPath> present(AgentName agent, List<GuestPath> paths) {
        return paths.stream()
                .sorted(Comparator.comparing(GuestPath::value))
                .filter(path -> isDirectory(agent, path))
                .toList();
    }

    /**
     * Tells whether each part of it is a directory: an agent could have replaced an inner one by a link to anywhere.
     */
    private boolean isDirectory(AgentName agent, GuestPath path) {
        Path directory = shares.resolve(agent.value());
        boolean is = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
        for (Path part : relative(path)) {
            directory = directory.resolve(part);
            is = is && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
        }
        return is;
    }

    /** Tells whether a directory of one of the paths has content. */
    boolean isLeft(AgentName agent, List<GuestPath> paths) throws IOException {
        for (GuestPath path : present(agent, paths)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory(agent, path))) {
                if (entries.iterator().hasNext()) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Makes a directory that becomes a disk's root: the paths below its top, with the content of their shares as hard
     * links, which belong to root from now on.
     *
     * @return the directory, for {@link #unstage}
     */
    Path stage(AgentName agent, Disk disk, List<GuestPath> paths) throws IOException {
        unstage(agent, disk);
        Path stage = place(agent, disk);
        Path top = Files.createDirectories(stage, OPEN).resolve(disk.top());
        for (GuestPath path :
                paths.stream().sorted(Comparator.comparing(GuestPath::value)).toList()) {
            Path target = top.resolve(relative(path));
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(target.resolveSibling(""), OPEN);
                if (isDirectory(agent, path)) {
                    link(directory(agent, path), target);
                } else {
                    Files.createDirectory(target, OPEN);
                }
            }
        }
        return stage;
    }

    /** Removes what {@link #stage} made. */
    void unstage(AgentName agent, Disk disk) throws IOException {
        files.deleteTree(place(agent, disk));
    }

    /** Removes the stages that an interrupted start left. */
    void unstageAll() throws IOException {
        if (Files.isDirectory(shares, LinkOption.NOFOLLOW_LINKS)) {
            for (Path directory : DataSpace.directories(shares)) {
                if (String.valueOf(directory.getFileName()).startsWith(STAGE)) {
                    files.deleteTree(directory);
                }
            }
        }
    }

    /** Size of a file system's content, in bytes: whole blocks, and one for each file at least. */
    static long size(Path directory) throws IOException {
        AtomicLong sum = new AtomicLong();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                return add(attributes);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                return add(attributes);
            }

            private FileVisitResult add(BasicFileAttributes attributes) {
                sum.addAndGet((attributes.size() / BLOCK + 1) * BLOCK);
                return FileVisitResult.CONTINUE;
            }
        });
        return sum.get();
    }

    /**
     * Removes shares whose content is on a disk, and directories that are empty without them; synced when it returns.
     */
    void remove(AgentName agent, List<GuestPath> paths) throws IOException {
        for (GuestPath path : paths) {
            Path gone = directory(agent, path);
            if (isDirectory(agent, path)) {
                files.deleteTree(gone);
            }
            Path parent = gone.resolveSibling("");
            while (!parent.equals(shares) && isGone(parent)) {
                parent = parent.resolveSibling("");
            }
            if (Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
                files.sync(parent);
            }
        }
    }

    /** Removes a directory when it is empty; true when it does not exist any more. */
    private boolean isGone(Path directory) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && isEmpty(directory)) {
            files.deleteTree(directory);
        }
        return !Files.exists(directory, LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes all shares of an agent. */
    void forget(AgentName agent) throws IOException {
        files.deleteTree(shares.resolve(agent.value()));
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }

    private Path place(AgentName agent, Disk disk) {
        return shares.resolve(STAGE + agent + "-" + disk.file());
    }

    private Path directory(AgentName agent, GuestPath path) {
        return shares.resolve(agent.value()).resolve(relative(path));
    }

    private static Path relative(GuestPath path) {
        return Path.of(path.value().substring(1));
    }

    /** Copies the tree, with its files as hard links. */
    private static void link(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path made = Files.createDirectory(target.resolve(source.relativize(directory)));
                Files.setPosixFilePermissions(
                        made, Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.setAttribute(file, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", 0, LinkOption.NOFOLLOW_LINKS);
                Files.createLink(target.resolve(source.relativize(file)), file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.setLastModifiedTime(
                        target.resolve(source.relativize(directory)), Files.getLastModifiedTime(directory));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
