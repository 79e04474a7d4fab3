package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.nulld.linux.BlockDevice;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.LoopDevice;
import dev.nullbox.nulld.linux.Superblock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Search for the SquashFS that was built with this initramfs: on a disk of its own, or as a file on an ISO 9660 medium.
 */
final class RootFinder {
    /** Time for devices to appear. */
    static final long WAIT_MILLIS = 30_000;
    /** Time to search on for a complete image once a truncated one was found. */
    static final long TRUNCATED_WAIT_MILLIS = 5_000;

    private static final long POLL_MILLIS = 100;
    private static final long LOG_MILLIS = 5_000;
    private static final long ISO_MAGIC_OFFSET = 32_769;
    private static final byte[] ISO_MAGIC = "CD001".getBytes(StandardCharsets.US_ASCII);
    private static final String ISO_FILE = "nullbox/root.squashfs";

    /**
     * Location of the root file system.
     *
     * @param device device that holds the file system and its tree of hashes
     * @param description for people and events: {@code "/dev/vda"}, {@code "/dev/sr0:/nullbox/root.squashfs"}
     * @param medium the disk or partition that it was found on, by its name: {@code "sr0"}
     * @param heldFd a descriptor to close once something uses the device; -1 for none
     */
    record Found(String device, String description, String medium, int heldFd) {}

    private final Libc libc;
    private final Clock clock;
    private final Path root;
    private final Superblock wanted;
    private final Consumer<String> log;
    private final List<String> remarks = new ArrayList<>();
    private boolean truncated;

    /**
     * @param root {@code /} of the initramfs
     * @param log takes lines for people
     */
    RootFinder(Libc libc, Clock clock, Path root, Superblock wanted, Consumer<String> log) {
        this.libc = libc;
        this.clock = clock;
        this.root = root;
        this.wanted = wanted;
        this.log = log;
    }

    /** Searches until it is found or the timeout has passed. */
    Found find() throws BootException {
        long start = clock.millis();
        long logged = start;
        while (true) {
            remarks.clear();
            truncated = false;
            for (BlockDevice device : partitionsFirst()) {
                Optional<Found> found = examine(device);
                if (found.isPresent()) {
                    return found.orElseThrow();
                }
            }
            long waited = clock.millis() - start;
            if (waited >= (truncated ? TRUNCATED_WAIT_MILLIS : WAIT_MILLIS)) {
                throw notFound(waited);
            }
            if (clock.millis() - logged >= LOG_MILLIS) {
                logged = clock.millis();
                log.accept("waiting for the disk or medium that holds the root file system, " + waited / 1000 + " of "
                        + WAIT_MILLIS / 1000 + " s; so far " + seen());
            }
            clock.pause(POLL_MILLIS);
        }
    }

    /**
     * Devices to look at. An ISO medium can be mounted as its disk and as its first partition; while its disk is mounted,
     * the kernel mounts no other partition of it.
     */
    private List<BlockDevice> partitionsFirst() {
        return BlockDevice.list(root).stream()
                .sorted(Comparator.comparing(device -> device.disk().equals(device.name())))
                .toList();
    }

    private BootException notFound(long waited) {
        if (truncated) {
            return new BootException(
                    "truncated SquashFS: " + seen(),
                    "write the image anew, whole, to that disk or medium, or copy it again");
        }
        return new BootException(
                "no disk or medium holds the root file system of this build after " + waited / 1000 + " s; " + seen(),
                "attach the root image that was built with this kernel and initramfs; kernel and root of different"
                        + " builds do not go together");
    }

    private String seen() {
        return remarks.isEmpty() ? "no block device has appeared" : String.join("; ", remarks);
    }

    private Optional<Found> examine(BlockDevice device) {
        try {
            Optional<byte[]> head = device.read(0, Superblock.BYTES);
            if (head.isEmpty()) {
                remarks.add(device.node() + " is empty");
                return Optional.empty();
            }
            if (wanted.matches(head.orElseThrow())) {
                return whole(device.node().toString(), device.bytes())
                        ? Optional.of(new Found(
                                device.node().toString(), device.node().toString(), device.name(), -1))
                        : Optional.empty();
            }
            Optional<byte[]> magic = device.read(ISO_MAGIC_OFFSET, ISO_MAGIC.length);
            if (magic.isPresent() && Arrays.equals(magic.orElseThrow(), ISO_MAGIC)) {
                return examineIso(device);
            }
            remarks.add(device.node() + " holds something else");
        } catch (IOException e) {
            remarks.add(device.node() + " cannot be read (" + e.getMessage() + ")");
        }
        return Optional.empty();
    }

    private Optional<Found> examineIso(BlockDevice device) throws IOException {
        String node = device.node().toString();
        Path iso = root.resolve("iso");
        Files.createDirectories(iso);
        long flags = Mounts.MS_RDONLY | Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC;
        libc.mount(node, iso.toString(), "iso9660", flags, null).orThrow("mount " + node + " on " + iso);
        Optional<Found> found = Optional.empty();
        try {
            Path file = iso.resolve(ISO_FILE);
            if (!Files.isRegularFile(file)) {
                remarks.add(node + " is an ISO medium without /" + ISO_FILE);
            } else if (!BlockDevice.read(file, 0, Superblock.BYTES)
                    .filter(wanted::matches)
                    .isPresent()) {
                remarks.add(node + " is the medium of another build");
            } else if (whole(node + ":/" + ISO_FILE, Files.size(file))) {
                LoopDevice loop = LoopDevice.attach(libc, root.resolve("dev").toString(), file.toString());
                found = Optional.of(new Found(loop.node(), node + ":/" + ISO_FILE, device.name(), loop.fd()));
            }
        } finally {
            // The loop device holds the file open, and with it the medium's mount, for as long as the root is mounted.
            if (libc.umount2(iso.toString(), Mounts.MNT_DETACH) instanceof SysResult.Failed(var errno)) {
                log.accept("cannot unmount " + iso + ": " + Errno.describe(errno));
            }
        }
        return found;
    }

    private boolean whole(String where, long bytes) {
        if (bytes >= wanted.bytesUsed()) {
            return true;
        }
        truncated = true;
        remarks.add(where + " has " + bytes + " bytes, but the file system on it has " + wanted.bytesUsed());
        return false;
    }
}
