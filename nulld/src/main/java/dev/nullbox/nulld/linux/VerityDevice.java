package dev.nullbox.nulld.linux;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.device.DeviceMapper;
import dev.nullbox.natives.linux.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Device of the kernel's device mapper through which each block of the root is read: one whose hash does not lead to the
 * root's is never returned.
 *
 * <p>{@code struct dm_ioctl}, 312 bytes, and behind it, for DM_TABLE_LOAD, {@code struct dm_target_spec}, 40 bytes, and
 * the target's parameters, ended by a zero (linux/dm-ioctl.h):
 *
 * <pre>
 * offset  size  field, little endian
 *      0    12  version: 4, 0, 0
 *     12     4  data_size     bytes of all of it
 *     16     4  data_start    312
 *     20     4  target_count
 *     24     4  open_count
 *     28     4  flags         DM_*_FLAG
 *     32     8  event_nr, padding
 *     40     8  dev           out: its number
 *     48   128  name
 *    176   136  uuid, data
 *    312     8  sector_start
 *    320     8  length        in sectors
 *    328     8  status, next
 *    336    16  target_type
 *    352        parameters
 * </pre>
 *
 * The parameters: Documentation/admin-guide/device-mapper/verity.rst.
 */
public final class VerityDevice {
    private static final String NAME = "root";
    private static final int HEADER = 312;
    private static final int TARGET = 40;
    private static final int SECTOR = 512;
    private static final int DATA_SIZE = 12;
    private static final int DATA_START = 16;
    private static final int TARGETS = 20;
    private static final int FLAGS = 28;
    private static final int DEVICE = 40;
    private static final int NAME_AT = 48;
    private static final int LENGTH = HEADER + 8;
    private static final int TYPE = HEADER + 24;

    private final Libc libc;
    private final Path root;

    /** @param root {@code /}, with devtmpfs mounted below it */
    public VerityDevice(Libc libc, Path root) {
        this.libc = libc;
        this.root = root;
    }

    /**
     * Sets the device up and reads its first block; from then on a corrupted block is a kernel panic.
     *
     * @param data the device that holds the file system and its tree
     * @param rootHash in hexadecimal digits
     * @return the node
     */
    public String map(String data, VerityTree tree, String rootHash) throws BootException {
        Path control = root.resolve("dev/mapper/control");
        int fd = -1;
        try {
            fd = libc.open(control.toString(), OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0)
                    .orThrow("open " + control);
            byte[] created = header(HEADER, 0);
            libc.ioctl(fd, DeviceMapper.DM_DEV_CREATE, created).orThrow("DM_DEV_CREATE " + NAME);
            Path node = root.resolve("dev/dm-" + minor(created));
            load(fd, table(data, tree, rootHash, ""));
            // A first block that does not fit is an error here, with a remedy, and not yet a panic.
            readFirst(node);
            load(fd, table(data, tree, rootHash, " 1 panic_on_corruption"));
            return node.toString();
        } catch (SyscallException e) {
            throw new BootException(
                    "the root on " + data + " cannot be verified: " + e.getMessage(),
                    "build kernel and image anew, and report this when it stays");
        } finally {
            if (fd >= 0) {
                libc.close(fd);
            }
        }
    }

    private void load(int fd, byte[] table) throws SyscallException {
        libc.ioctl(fd, DeviceMapper.DM_TABLE_LOAD, table).orThrow("DM_TABLE_LOAD " + NAME);
        // Without DM_SUSPEND_FLAG it resumes, with the table loaded last.
        libc.ioctl(fd, DeviceMapper.DM_DEV_SUSPEND, header(HEADER, 0)).orThrow("DM_DEV_SUSPEND " + NAME);
    }

    private static void readFirst(Path node) throws BootException {
        String remedy =
                "boot with the kernel command line of this image, whose hash is in root.verity beside it, or write"
                        + " the image anew";
        try {
            if (BlockDevice.read(node, 0, VerityTree.BLOCK).isEmpty()) {
                throw new BootException("the verified root is empty", remedy);
            }
        } catch (IOException e) {
            throw new BootException(
                    "the root is not the one whose hash the kernel command line has, or it is damaged: its first block"
                            + " cannot be verified (" + e.getMessage() + ")",
                    remedy);
        }
    }

    /** Parameters of one target over all data; each number is in blocks. */
    static byte[] table(String data, VerityTree tree, String rootHash, String options) {
        String parameters = String.join(
                " ",
                "1",
                data,
                data,
                String.valueOf(VerityTree.BLOCK),
                String.valueOf(VerityTree.BLOCK),
                String.valueOf(tree.dataBlocks()),
                String.valueOf(tree.dataBlocks() + 1),
                "sha256",
                rootHash,
                tree.salt() + options);
        byte[] text = parameters.getBytes(StandardCharsets.US_ASCII);
        // The zero that ends them, and up to a multiple of 8.
        int bytes = (HEADER + TARGET + text.length + Long.BYTES) / Long.BYTES * Long.BYTES;
        byte[] struct = header(bytes, DeviceMapper.DM_READONLY_FLAG);
        ByteBuffer table = ByteBuffer.wrap(struct).order(ByteOrder.LITTLE_ENDIAN);
        table.putInt(TARGETS, 1);
        table.putLong(LENGTH, tree.dataBlocks() * (VerityTree.BLOCK / SECTOR));
        table.put(TYPE, "verity".getBytes(StandardCharsets.US_ASCII));
        table.put(HEADER + TARGET, text);
        return struct;
    }

    private static byte[] header(int bytes, int flags) {
        ByteBuffer header = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, 4);
        header.putInt(DATA_SIZE, bytes);
        header.putInt(DATA_START, HEADER);
        header.putInt(FLAGS, flags);
        header.put(NAME_AT, NAME.getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }

    /** Minor number of a device, as huge_encode_dev in linux/kdev_t.h puts it. */
    private static long minor(byte[] struct) {
        long device = ByteBuffer.wrap(struct).order(ByteOrder.LITTLE_ENDIAN).getLong(DEVICE);
        return (device & 0xff) | ((device >> 12) & 0xfff00);
    }
}
