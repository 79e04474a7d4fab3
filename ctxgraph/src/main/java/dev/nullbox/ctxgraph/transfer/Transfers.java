package dev.nullbox.ctxgraph.transfer;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.store.Prepared;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Files that operators read or send piece by piece, because a message holds at most 1 MiB. They live in a directory of
 * their own until they are dropped, four newer ones are made, or the service starts anew.
 */
public final class Transfers {
    /** Bytes of a piece; in base 64 it fits a message. */
    public static final int PIECE_BYTES = 512 * 1024;

    private static final int MAX_FILES = 4;

    private final Path directory;
    private final Map<String, Path> files = new LinkedHashMap<>();
    private long made;

    private Transfers(Path directory) {
        this.directory = directory;
    }

    /** An empty directory of transfers; what an earlier life left in it is removed. */
    public static Transfers open(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> left = Files.list(directory)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        return new Transfers(directory);
    }

    /** A name for a new file, which does not exist yet. */
    public synchronized String make() throws IOException {
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
    public synchronized Path file(String name) throws RpcException {
        Path file = files.get(name);
        if (file == null) {
            throw new RpcException(
                    RpcException.Code.NOT_FOUND, "NOT_FOUND", "there is no transfer " + name, "transfer");
        }
        return file;
    }

    /**
     * The file, whose bytes must have come as they were sent.
     *
     * @throws RpcException NOT_FOUND; INVALID_PARAMS, BACKUP when it has another SHA-256
     */
    public Path whole(String name, String sha256) throws IOException, RpcException {
        Path file = file(name);
        if (!sha256(file).equals(sha256)) {
            throw Prepared.invalid("BACKUP", "sha256: the bytes that came have another SHA-256", "sha256");
        }
        return file;
    }

    /** Up to a piece from an offset on; empty at the end. */
    public byte[] read(String name, long offset) throws IOException, RpcException {
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
    public long write(String name, long offset, byte[] data) throws IOException, RpcException {
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
    public void drop(String name) throws IOException, RpcException {
        Files.deleteIfExists(file(name));
        synchronized (this) {
            files.remove(name);
        }
    }

    /** The SHA-256 of a whole file. */
    public static String sha256(Path file) throws IOException {
        MessageDigest digest = NodeId.digest();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            while (channel.read(piece) >= 0) {
                digest.update(piece.flip());
                piece.clear();
            }
        }
        return NodeId.ofBytes(digest.digest()).hex();
    }
}
