package dev.nullbox.archive.files;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.archive.tar.TarEntry;
import dev.nullbox.archive.tar.TarReader;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Unpacker of a hostile archive: whatever its names and links say, nothing is written but below the destination. No symbolic
 * link is followed below it, neither one of the archive's nor one that was there, and what takes a file's place is made anew,
 * never written through. Devices, FIFOs and extended attributes are left out. Nobody else may change the destination meanwhile.
 */
public final class Unpacker {
    private static final LinkOption ITSELF = LinkOption.NOFOLLOW_LINKS;
    private static final int PERMISSIONS = 0777;
    private static final FileAttribute<?> OWNERS_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> OWNERS_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, ITSELF);
    /** Seconds since 1970 that any file system keeps. */
    private static final long MAX_TIME = 1L << 33;

    /**
     * Bounds and habits.
     *
     * @param keepsOwner whether files get the archive's numbers of user and group
     * @param keepsSpecialBits whether they get set-user-ID, set-group-ID and sticky bits
     * @param maxBytes that all files together may have
     * @param maxEntries that the archive may have
     */
    public record Rules(boolean keepsOwner, boolean keepsSpecialBits, long maxBytes, long maxEntries) {}

    /** Directory that was made: it gets its mode when all is in it. */
    private record Made(Path path, TarEntry entry) {}

    /** Place of an archive's root: it is one under the name, or the directory itself where there is none. */
    private record Place(Path directory, String root, Optional<Path> top) {}

    private final Rules rules;
    private final Consumer<String> leftOut;
    private final List<Made> made = new ArrayList<>();
    /** The last directory that was found to be one; none of them becomes anything else. */
    private Path seen = Path.of("");

    private long bytes;
    private long entries;

    /** @param leftOut is told each device and FIFO by its name */
    public Unpacker(Rules rules, Consumer<String> leftOut) {
        this.rules = rules;
        this.leftOut = leftOut;
    }

    /** Bytes of files so far. */
    public long bytes() {
        return bytes;
    }

    /**
     * Puts an archive of one root, as {@link DirectoryTar#named} makes it, where cp(1) would: into a directory that is there
     * under its own name, else in the place of the path.
     *
     * @param target an absolute path, with one character a byte; with a slash at its end it must be a directory
     */
    public void place(InputStream archive, String target) throws IOException {
        TarReader reader = new TarReader(archive);
        TarEntry first = reader.next().orElseThrow(() -> refused("the archive", "is empty"));
        Place place = placeOf(first, target);
        for (Optional<TarEntry> entry = Optional.of(first); entry.isPresent(); entry = reader.next()) {
            if (reader.contentPosition().isEmpty()) {
                throw refused(shown(entry.get()), "is a sparse file, which no copy sends");
            }
            unpack(reader, entry.get(), place);
        }
        finish();
    }

    /**
     * Unpacks any archive in a directory that is there.
     *
     * @param target an absolute path, with one character a byte
     */
    public void unpack(InputStream archive, String target) throws IOException {
        Path directory = PathBytes.path(target);
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(ByteNames.shown(target));
        }
        Place place = new Place(directory.toRealPath(), "", Optional.empty());
        TarReader reader = new TarReader(archive);
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            unpack(reader, entry.get(), place);
        }
        finish();
    }

    private static Place placeOf(TarEntry first, String target) throws IOException {
        List<String> names = names(first, first.path());
        boolean isDirectory = first.kind() == TarEntry.Kind.DIRECTORY;
        String root = names.isEmpty() ? "" : names.getFirst();
        if (names.size() > 1 || (names.isEmpty() && !isDirectory)) {
            throw refused(shown(first), "is no root of a copy");
        }
        Path path = PathBytes.path(target);
        if (Files.isDirectory(path)) {
            Path directory = path.toRealPath();
            return new Place(
                    directory,
                    root,
                    names.isEmpty() ? Optional.empty() : Optional.of(PathBytes.child(directory, root)));
        }
        if (!isDirectory && (target.endsWith("/") || target.endsWith("/."))) {
            throw new NotDirectoryException(ByteNames.shown(target));
        }
        Path real = Files.exists(path) ? path.toRealPath() : path.normalize();
        if (isDirectory && Files.exists(real, ITSELF)) {
            throw new FileAlreadyExistsException(
                    ByteNames.shown(target), null, "it is no directory, and a directory is to take its place");
        }
        Path parent = real.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new NoSuchFileException(ByteNames.shown(target), null, "there is no directory that it would be in");
        }
        Path directory = parent.toRealPath();
        return new Place(directory, root, Optional.of(directory.resolve(real.getFileName())));
    }

    private void unpack(TarReader reader, TarEntry entry, Place place) throws IOException {
        entries++;
        if (entries > rules.maxEntries()) {
            throw limit("the archive has more than " + rules.maxEntries() + " entries");
        }
        Path path = path(entry, entry.path(), place);
        switch (entry.kind()) {
            case DIRECTORY -> directory(path, entry);
            case FILE -> file(reader, makeRoom(path, entry, place), entry);
            case SYMLINK -> {
                Path link = makeRoom(path, entry, place);
                String target = entry.target();
                if (target.isEmpty() || target.indexOf('\0') >= 0) {
                    throw refused(shown(entry), "is a symbolic link to no path");
                }
                Files.createSymbolicLink(link, PathBytes.target(target));
                own(link, entry);
            }
            case HARD_LINK -> hardLink(path, entry, place);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> leftOut.accept(shown(entry));
        }
    }

    private static String shown(TarEntry entry) {
        return ByteNames.shown(entry.path());
    }

    /** The names of a path from the destination down. */
    private static List<String> names(TarEntry entry, String path) throws ArchiveException {
        List<String> names = new ArrayList<>();
        if (path.startsWith("/")) {
            throw refused(shown(entry), "names an absolute path, " + ByteNames.shown(path));
        }
        for (String name : path.split("/", -1)) {
            if (name.equals("..") || name.indexOf('\0') >= 0) {
                throw refused(shown(entry), "names a path that leads out, " + ByteNames.shown(path));
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    /** The path of an entry, all directories above it made and found to be none but directories. */
    private Path path(TarEntry entry, String name, Place place) throws IOException {
        List<String> names = names(entry, name);
        Path path = place.directory();
        int at = 0;
        if (place.top().isPresent()) {
            boolean isBelow = place.root().isEmpty()
                    || (!names.isEmpty() && names.getFirst().equals(place.root()));
            if (!isBelow) {
                throw refused(shown(entry), "is not below the copy's root, " + ByteNames.shown(place.root()));
            }
            path = place.top().get();
            at = place.root().isEmpty() ? 0 : 1;
        }
        for (; at < names.size(); at++) {
            above(path, entry);
            path = PathBytes.child(path, names.get(at));
        }
        return path;
    }

    private void above(Path directory, TarEntry entry) throws IOException {
        if (directory.equals(seen)) {
            return;
        }
        if (!Files.exists(directory, ITSELF)) {
            Files.createDirectory(directory, OWNERS_DIRECTORY);
            made.add(new Made(directory, TarEntry.implicitDirectory()));
        } else if (!Files.isDirectory(directory, ITSELF)) {
            throw refused(
                    shown(entry),
                    "leads through " + directory.getFileName() + ", which is "
                            + (Files.isSymbolicLink(directory) ? "a symbolic link" : "no directory"));
        }
        seen = directory;
    }

    private void directory(Path path, TarEntry entry) throws IOException {
        if (Files.isDirectory(path, ITSELF)) {
            return;
        }
        if (Files.exists(path, ITSELF)) {
            throw refused(shown(entry), "is a directory, and something else is in its place");
        }
        Files.createDirectory(path, OWNERS_DIRECTORY);
        made.add(new Made(path, entry));
    }

    /** Removes what is in the place of something that is no directory. */
    private static Path makeRoom(Path path, TarEntry entry, Place place) throws IOException {
        if (path.equals(place.directory()) || Files.isDirectory(path, ITSELF)) {
            throw refused(shown(entry), "is no directory, and a directory is in its place");
        }
        Files.deleteIfExists(path);
        return path;
    }

    private void file(TarReader reader, Path path, TarEntry entry) throws IOException {
        if (entry.size() > rules.maxBytes() - bytes) {
            throw limit("the copy has more than " + rules.maxBytes() + " bytes");
        }
        try (OutputStream out = Channels.newOutputStream(Files.newByteChannel(path, NEW, OWNERS_FILE))) {
            reader.copyTo(out);
        }
        bytes += entry.size();
        finish(path, entry);
    }

    private void hardLink(Path path, TarEntry entry, Place place) throws IOException {
        Path target = path(entry, entry.target(), place);
        if (target.equals(path) || !Files.isRegularFile(target, ITSELF)) {
            throw refused(shown(entry), "is a hard link to " + ByteNames.shown(entry.target()) + ", which is no file");
        }
        Files.createLink(makeRoom(path, entry, place), target);
    }

    /** Directories get their modes and times once nothing is put into them any more. */
    private void finish() throws IOException {
        for (Made directory : made.reversed()) {
            finish(directory.path(), directory.entry());
        }
        made.clear();
    }

    /** The owner first: a change of it takes special bits away. */
    private void finish(Path path, TarEntry entry) throws IOException {
        own(path, entry);
        int bits = rules.keepsSpecialBits() ? TarEntry.MODE_BITS : PERMISSIONS;
        Files.setAttribute(path, "unix:mode", entry.mode() & bits);
        if (entry.seconds() > 0 && entry.seconds() < MAX_TIME) {
            Files.setLastModifiedTime(path, FileTime.from(entry.seconds(), TimeUnit.SECONDS));
        }
    }

    private void own(Path path, TarEntry entry) throws IOException {
        if (rules.keepsOwner()) {
            Files.setAttribute(path, "unix:uid", entry.uid(), ITSELF);
            Files.setAttribute(path, "unix:gid", entry.gid(), ITSELF);
        }
    }

    private static ArchiveException refused(String what, String why) {
        return new ArchiveException(ImportReason.IMPORT_ENTRY, what + " " + why);
    }

    private static ArchiveException limit(String what) {
        return new ArchiveException(ImportReason.IMPORT_LIMIT, what);
    }
}
