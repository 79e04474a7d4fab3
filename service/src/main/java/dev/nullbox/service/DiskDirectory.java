package dev.nullbox.service;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;

/** Directory of the real file system. */
final class DiskDirectory implements Directory {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path directory;

    DiskDirectory(Path directory) {
        this.directory = directory;
    }

    @Override
    public OptionalLong size(String name) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(name), READ)) {
            return OptionalLong.of(channel.size());
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public byte[] read(String name, long position, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(name), READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, position + bytes.position()) < 0) {
                    throw new IOException(name + " ends before byte " + (position + length));
                }
            }
            return bytes.array();
        }
    }

    @Override
    public void create(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.deleteIfExists(file);
        FileChannel.open(file, NEW, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                .close();
    }

    @Override
    public void write(String name, long position, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(name), WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest, position + rest.position());
            }
        }
    }

    @Override
    public void truncate(String name, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(name), WRITE)) {
            channel.truncate(length);
        }
    }

    @Override
    public void sync(String name) throws IOException {
        AtomicFile.sync(directory.resolve(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                directory.resolve(from),
                directory.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void syncDirectory() throws IOException {
        AtomicFile.sync(directory);
    }
}
