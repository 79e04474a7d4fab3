package dev.nullbox.ctxgraph;

import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Files that operators read or send piece by piece, because a message holds at most 1 MiB. They live in a directory of
 * their own until they are dropped, four newer ones are made, or the service starts anew.
 */
final class Transfers {
    /** Bytes of a piece; in base 64 it fits a message. */
    static final int PIECE_BYTES = 512 * 1024;

    private static final int MAX_FILES = 4;

    private final Path directory;
    private final Map<String, Path> files = new LinkedHashMap<>();
    private long made;

    private Transfers(Path directory) {
        this.directory = directory;
    }

    /** An empty directory of transfers; what an earlier life left in it is removed. */
    static Transfers open(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> left = Files.list(directory)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        return new Transfers(directory);
    }

    /** A name for a new file, which does not exist yet. */
    synchronized String make() throws IOException {
        while (files.size() >= MAX_FILES) {
            String oldest = files.keySet().iterator().next();
            Files.deleteIfExists(files.remove(oldest));
        }
        String name = "t" + ++made;
        files.put(name, directory.resolve(name));
        return name;
    }

    /**
     * Where the bytes are.
     *
     * @throws RpcException NOT_FOUND
     */
    synchronized Path file(String name) throws RpcException {
        Path file = files.get(name);
        if (file == null) {
            throw new RpcException(
                    RpcException.Code.NOT_FOUND, "NOT_FOUND", "there is no transfer " + name, "transfer");
        }
        return file;
    }

    /** Up to a piece from an offset on; empty at the end. */
    byte[] read(String name, long offset) throws IOException, RpcException {
        try (FileChannel channel = FileChannel.open(file(name), StandardOpenOption.READ)) {
            long left = Math.max(0, channel.size() - offset);
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, left));
            while (piece.hasRemaining() && channel.read(piece, offset + piece.position()) >= 0) {
                // Short reads are gone on with.
            }
            return piece.array();
        }
    }

    /** Appends a piece and gives the size; a piece that was sent before may be sent again. */
    long write(String name, long offset, byte[] data) throws IOException, RpcException {
        Path file = file(name);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (offset > channel.size()) {
                throw new RpcException(
                        RpcException.Code.CONFLICT,
                        "OFFSET",
                        "transfer " + name + " has " + channel.size() + " bytes: go on from there",
                        "offset");
            }
            ByteBuffer piece = ByteBuffer.wrap(data);
            while (piece.hasRemaining()) {
                channel.write(piece, offset + piece.position());
            }
            return channel.size();
        }
    }

    /** Removes a file. */
    void drop(String name) throws IOException, RpcException {
        Files.deleteIfExists(file(name));
        synchronized (this) {
            files.remove(name);
        }
    }

    /** The SHA-256 of a whole file. */
    static String sha256(Path file) throws IOException {
        MessageDigest digest = digest();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            while (channel.read(piece) >= 0) {
                digest.update(piece.flip());
                piece.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Has the disk keep files and a directory's names as they are now. */
    static void sync(List<Path> paths) throws IOException {
        for (Path path : paths) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
