package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.BlockDevice;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.MountTable;
import dev.nullbox.nulld.linux.Mounter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Place of the state: the partition with the GPT label {@code nullbox-data}, else memory. Never formatted here, and never
 * chosen by what is on it.
 */
final class DataPartition {
    /** The GPT partition label. */
    static final String LABEL = "nullbox-data";
    /** Time that {@code nullbox.data=wait} waits for it. */
    static final long WAIT_MILLIS = 30_000;

    private static final long POLL_MILLIS = 100;

    private final Libc libc;
    private final Clock clock;
    private final Path root;
    private final Mounter mounter;
    private boolean inMemory;

    DataPartition(Libc libc, Clock clock, Path root, Mounter mounter) {
        this.libc = libc;
        this.clock = clock;
        this.root = root;
        this.mounter = mounter;
    }

    /**
     * Mounts it on /data.
     *
     * @param cmdline {@code nullbox.data=none} asks for memory, {@code nullbox.data=wait} waits for the partition
     * @param problem takes what makes the appliance degraded
     * @return the device, or {@code "tmpfs"}
     */
    String mount(Cmdline cmdline, Consumer<String> problem) throws BootException {
        String asked = cmdline.value("nullbox.data").orElse("");
        if (!asked.equals("none")) {
            Optional<BlockDevice> device = find(asked.equals("wait") ? WAIT_MILLIS : 0);
            if (device.isPresent()) {
                String node = device.orElseThrow().node().toString();
                SysResult mounted = libc.mount(
                        node, root.resolve("data").toString(), "ext4", MountTable.DATA_FLAGS, MountTable.DATA_OPTIONS);
                if (mounted instanceof SysResult.Failed(var errno)) {
                    problem.accept("the data partition " + node + " cannot be mounted: " + Errno.describe(errno)
                            + "; state is in memory and ends with the power. Check it with e2fsck on another machine");
                } else {
                    return node;
                }
            } else if (asked.equals("wait")) {
                problem.accept("no partition labelled " + LABEL + " appeared within " + WAIT_MILLIS / 1000
                        + " s, though nullbox.data=wait asks for it; state is in memory and ends with the power");
            }
        }
        mounter.mount(List.of(MountTable.VOLATILE_DATA)).forEach(problem);
        inMemory = true;
        return "tmpfs";
    }

    /** True when the state is in memory, once {@link #mount} has decided. */
    boolean isVolatile() {
        return inMemory;
    }

    private Optional<BlockDevice> find(long wait) {
        long start = clock.millis();
        while (true) {
            for (BlockDevice device : BlockDevice.list(root)) {
                if (device.partitionLabel().equals(LABEL)) {
                    return Optional.of(device);
                }
            }
            if (clock.millis() - start >= wait) {
                return Optional.empty();
            }
            clock.pause(POLL_MILLIS);
        }
    }
}
