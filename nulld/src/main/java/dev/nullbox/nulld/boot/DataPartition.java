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
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Storage of the state: the partition with the GPT label {@code nullbox-data}, else memory. Found by its label alone,
 * never by its content. Nothing is written to a partition that cannot be mounted, unless the operator asks for it.
 */
public final class DataPartition {
    /** The GPT partition label. */
    public static final String LABEL = "nullbox-data";
    /** Time for a requested partition to appear. */
    static final long WAIT_MILLIS = 30_000;
    /** Shortcomings of ext4, the file system of former appliances. */
    static final String EXT4_LACKS =
            "no quotas and no reflinks: only admission keeps agents' disks out of the services'"
                    + " room, and each copy of a disk takes its whole size";

    private static final long POLL_MILLIS = 100;
    private static final String IN_MEMORY = "; state is in memory and ends with the power";

    private final Libc libc;
    private final Clock clock;
    private final Path root;
    private final String medium;
    private final Mounter mounter;
    private final Consumer<String> problem;
    private final Consumer<String> say;
    private final XfsTools tools;

    /**
     * @param medium the disk or partition that the root was found on, by its name: a data partition there is the one
     * @param problem takes reasons for a degraded appliance
     * @param say takes lines for the console
     */
    DataPartition(
            Libc libc,
            Clock clock,
            Path root,
            String medium,
            Mounter mounter,
            Consumer<String> problem,
            Consumer<String> say) {
        this.libc = libc;
        this.clock = clock;
        this.root = root;
        this.medium = medium;
        this.mounter = mounter;
        this.problem = problem;
        this.say = say;
        this.tools = new XfsTools(libc, say);
    }

    /**
     * Storage of the state after {@link #mount}.
     *
     * @param where the device, or {@code "tmpfs"}
     * @param type of its file system
     * @param lacks shortcomings of a file system of former appliances; empty for others
     */
    record Mounted(String where, String type, String lacks) {
        /** Tells whether the state is in memory. */
        boolean isVolatile() {
            return type.equals("tmpfs");
        }

        /** Description for messages. */
        String describe() {
            return isVolatile() ? "memory" : type + " on " + where + (lacks.isEmpty() ? "" : "; " + lacks);
        }
    }

    /** Mounts it on /data, as the kernel's command line requests. */
    Mounted mount(Cmdline cmdline) throws BootException {
        DataRequest request = DataRequest.of(cmdline);
        if (request.kind() == DataRequest.Kind.UNKNOWN) {
            problem.accept(DataRequest.OPTION + "=" + request.text()
                    + " is not a request; write none, wait, format, erase:UUID or repair");
        }
        Optional<Mounted> mounted = Optional.empty();
        if (request.kind() != DataRequest.Kind.NONE) {
            List<BlockDevice> devices = find(request.waits() ? WAIT_MILLIS : 0);
            if (!devices.isEmpty()) {
                mounted = serve(devices, request);
            } else if (request.waits()) {
                problem.accept("no partition labelled " + LABEL + " appeared within " + WAIT_MILLIS / 1000
                        + " s, though " + DataRequest.OPTION + "=" + request.text() + " asks for it" + IN_MEMORY);
            }
        }
        if (mounted.isPresent()) {
            return mounted.get();
        }
        mounter.mount(List.of(MountTable.VOLATILE_DATA)).forEach(problem);
        return new Mounted("tmpfs", "tmpfs", "");
    }

    /** Mounts the first of the partitions with the label. */
    private Optional<Mounted> serve(List<BlockDevice> devices, DataRequest request) throws BootException {
        BlockDevice device = devices.getFirst();
        try {
            DataContent content = DataContent.of(device);
            if (formats(content, request)) {
                if (devices.size() > 1) {
                    throw new IOException(
                            devices.size() + " partitions have the label, and none is overwritten: leave one");
                }
                tools.format(device.node(), device.bytes(), !content.equals(new DataContent.Blank(false)));
                content = DataContent.of(device);
            } else if (request.kind() == DataRequest.Kind.ERASE) {
                say.accept(DataRequest.OPTION + "=" + request.text() + " names no file system on " + device.node()
                        + ", which stays as it is");
            }
            return serve(device, content, request);
        } catch (IOException e) {
            problem.accept("the data partition " + device.node() + " is not used: " + e.getMessage() + IN_MEMORY);
            return Optional.empty();
        }
    }

    private static boolean formats(DataContent content, DataRequest request) {
        return switch (content) {
            case DataContent.Blank _ -> request.kind() == DataRequest.Kind.FORMAT;
            case DataContent.Requested _ -> true;
            case DataContent.Xfs(UUID uuid) -> request.erases(uuid);
            case DataContent.Ext4(UUID uuid) -> request.erases(uuid);
            case DataContent.Foreign _ -> false;
        };
    }

    private Optional<Mounted> serve(BlockDevice device, DataContent content, DataRequest request)
            throws IOException, BootException {
        String node = device.node().toString();
        return switch (content) {
            case DataContent.Xfs(UUID uuid) -> {
                SysResult mounted = mount(node, "xfs", MountTable.DATA_XFS_OPTIONS);
                if (!mounted.isOk() && request.kind() == DataRequest.Kind.REPAIR) {
                    tools.repair(device.node());
                    mounted = mount(node, "xfs", MountTable.DATA_XFS_OPTIONS);
                }
                refuse(
                        mounted,
                        request.kind() == DataRequest.Kind.REPAIR
                                ? "to give it up with all that is on it, boot once with " + DataRequest.erase(uuid)
                                : "boot once with " + DataRequest.OPTION + "=repair to have it repaired by xfs_repair");
                yield Optional.of(new Mounted(node, "xfs", ""));
            }
            case DataContent.Ext4(UUID uuid) -> {
                refuse(mount(node, "ext4", MountTable.DATA_EXT4_OPTIONS), "check it with e2fsck on another machine");
                say.accept("to have XFS on " + node + " in place of all that is on it now, boot once with "
                        + DataRequest.erase(uuid));
                yield Optional.of(new Mounted(node, "ext4", EXT4_LACKS));
            }
            case DataContent.Blank(var unfinished) ->
                throw new IOException((unfinished ? "the creation of its file system was interrupted" : "it is blank")
                        + ": boot once with " + DataRequest.OPTION + "=format to give it a file system");
            case DataContent.Requested _ -> throw new IOException("it still asks for a file system after one was made");
            case DataContent.Foreign _ ->
                throw new IOException("it holds neither XFS nor ext4: overwrite its first "
                        + (DataContent.HEAD_BYTES >> 10) + " KiB with zeros on another machine, when nothing on it"
                        + " is wanted, and boot once with " + DataRequest.OPTION + "=format");
        };
    }

    private SysResult mount(String node, String type, String options) {
        return libc.mount(node, root.resolve("data").toString(), type, MountTable.DATA_FLAGS, options);
    }

    private static void refuse(SysResult mounted, String remedy) throws IOException {
        if (mounted instanceof SysResult.Failed(var errno)) {
            throw new IOException("it cannot be mounted, " + Errno.describe(errno) + "; " + remedy);
        }
    }

    /** The partitions with the label, that of the root's own disk alone where it has one, else by name. */
    private List<BlockDevice> find(long wait) {
        long start = clock.millis();
        while (true) {
            List<BlockDevice> all = BlockDevice.list(root);
            List<BlockDevice> labelled = all.stream()
                    .filter(device -> device.partitionLabel().equals(LABEL))
                    .toList();
            Optional<String> own = all.stream()
                    .filter(device -> device.name().equals(medium))
                    .map(BlockDevice::disk)
                    .findFirst();
            List<BlockDevice> beside = labelled.stream()
                    .filter(device -> Optional.of(device.disk()).equals(own))
                    .toList();
            List<BlockDevice> found = beside.isEmpty() ? labelled : beside;
            if (!found.isEmpty() || clock.millis() - start >= wait) {
                return found;
            }
            clock.pause(POLL_MILLIS);
        }
    }
}
