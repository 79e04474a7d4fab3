package dev.nullbox.guest;

import dev.nullbox.archive.ByteNames;
import dev.nullbox.archive.files.DirectoryTar;
import dev.nullbox.archive.files.Unpacker;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.protocol.guest.GuestCopy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A copy between the agent's files and a tar stream, in a process of its own. Its thread enters the agent's mount namespace,
 * so that paths and links are what they are to the agent, and nothing of the agent's image is run.
 *
 * @param world number of the world's first process; 0 for this process's own files; an absolute path for the root of an
 *     agent that does not run
 * @param path with one character a byte
 * @param words of {@link GuestCopy}
 */
record Copy(Libc libc, String world, String path, List<String> words) {
    /** The kernel's own, which have no content. */
    private static final Set<Path> KERNEL = Set.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"));

    private static final String OWN_FILES = "0";

    private static final int PIECE_BYTES = 32_768;

    Copy {
        words = List.copyOf(words);
        if (!world.startsWith("/") && !world.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("a world is a number or an absolute path, not " + world);
        }
    }

    /** From arguments: WORLD HEX-PATH WORDS. */
    static Copy parse(Libc libc, List<String> arguments) {
        if (arguments.size() < 3) {
            throw new IllegalArgumentException("usage: copy WORLD HEX-PATH in|out|unpack [keep-owner]");
        }
        byte[] path = HexFormat.of().parseHex(arguments.get(1));
        return new Copy(
                libc, arguments.get(0), ByteNames.of(path, 0, path.length), arguments.subList(2, arguments.size()));
    }

    /** The error of a copy, for its operator. */
    static String problem(Exception cause) {
        return switch (cause) {
            case NoSuchFileException gone when gone.getReason() == null -> gone.getFile() + ": there is no such file";
            case NotDirectoryException file -> file.getFile() + ": it is no directory";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException failed -> String.valueOf(failed.getMessage());
            default -> String.valueOf(cause.getMessage());
        };
    }

    void run(InputStream in, OutputStream out) throws IOException {
        if (!world.equals(OWN_FILES)) {
            enter();
        }
        Unpacker.Rules rules =
                new Unpacker.Rules(words.contains(GuestCopy.KEEP_OWNER), true, Long.MAX_VALUE, Long.MAX_VALUE);
        Unpacker unpacker = new Unpacker(rules, Copy::tellLeftOut);
        switch (words.getFirst()) {
            case GuestCopy.OUT -> pack(out);
            case GuestCopy.IN -> unpacker.place(in, path);
            case GuestCopy.UNPACK -> unpacker.unpack(in, path);
            default -> throw new IllegalArgumentException("a copy is in, out or unpack, not " + words.getFirst());
        }
    }

    /** A thread that shares no directory with others may change its mount namespace, or its root alone. Source: setns(2). */
    private void enter() throws IOException {
        libc.unshare(Namespaces.CLONE_FS).orThrow("unshare CLONE_FS");
        if (world.startsWith("/")) {
            libc.chdir(world).orThrow("chdir " + world);
            libc.chroot(".").orThrow("chroot " + world);
            return;
        }
        int pidfd = libc.pidfdOpen(Integer.parseInt(world)).orThrow("pidfd_open " + world);
        libc.setns(pidfd, Namespaces.CLONE_NEWNS).orThrow("enter the agent's world");
        libc.close(pidfd);
    }

    private void pack(OutputStream out) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        try (DirectoryTar tar =
                DirectoryTar.named(libc, path, KERNEL, left -> tellLeftOut(ByteNames.ofText(left.toString())))) {
            for (int count = tar.readNBytes(piece, 0, piece.length);
                    count > 0;
                    count = tar.readNBytes(piece, 0, piece.length)) {
                out.write(piece, 0, count);
            }
        }
    }

    private static void tellLeftOut(String name) {
        System.err.println("left out: " + ByteNames.shown(name));
    }
}
