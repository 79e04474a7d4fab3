package dev.nullbox.cage.secrets;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The daemon's handle of the tmpfs with an agent's secrets, by which it wipes them. The jail itself and
 * the guest see that tmpfs through a read-only mount; this one is the jail's former own, detached, in no tree of files.
 */
public final class SecretFiles implements AutoCloseable {
    private static final int CHUNK_BYTES = 4096;

    private final Libc libc;
    private final int directory;
    private final Set<String> names;
    private boolean isClosed;

    private SecretFiles(Libc libc, int directory, List<String> names) {
        this.libc = libc;
        this.directory = directory;
        this.names = new TreeSet<>(names);
    }

    /**
     * Takes hold, while the jail still is root and waits: afterwards its files are out of reach for a daemon without
     * CAP_SYS_PTRACE.
     *
     * @param threadId the jail's thread that has the mount namespace
     * @param path where the tmpfs is mounted in it
     */
    public static SecretFiles of(Libc libc, int threadId, String path, List<String> names) throws SyscallException {
        String seen = "/proc/" + threadId + "/root" + path;
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;
        return new SecretFiles(libc, libc.open(seen, flags, 0).orThrow("open " + seen), names);
    }

    /** The secrets that are still there. */
    synchronized Set<String> names() {
        return Set.copyOf(names);
    }

    /**
     * Overwrites the file with zeros, empties and removes it: a guest that has it open reads nothing more from it.
     *
     * @return false when it was gone before
     */
    synchronized boolean wipe(String name) throws IOException {
        if (isClosed || !names.contains(name)) {
            return false;
        }
        Path file = Path.of("/proc/self/fd", Integer.toString(directory), name);
        try (SeekableByteChannel content = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(CHUNK_BYTES);
            long left = content.size();
            while (left > 0) {
                zeros.clear().limit((int) Math.min(left, CHUNK_BYTES));
                left -= content.write(zeros);
            }
            content.truncate(0);
        } catch (NoSuchFileException e) {
            names.remove(name);
            return false;
        }
        Files.delete(file);
        names.remove(name);
        return true;
    }

    /**
     * Wipes what is left and lets go.
     *
     * @throws IOException when one could not be wiped; the others are
     */
    @Override
    public synchronized void close() throws IOException {
        if (isClosed) {
            return;
        }
        IOException failure = null;
        for (String name : List.copyOf(names)) {
            try {
                wipe(name);
            } catch (IOException e) {
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        isClosed = true;
        libc.close(directory);
        if (failure != null) {
            throw failure;
        }
    }
}
