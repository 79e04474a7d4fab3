package dev.nullbox.nulld.linux;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Loop;
import dev.nullbox.natives.linux.OpenFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A loop device over a file, read-only, which the kernel frees by itself once nothing uses it.
 *
 * <p>{@code struct loop_config}, 304 bytes (linux/loop.h):
 *
 * <pre>
 * offset  size  field
 *      0     4  fd             the file
 *      4     4  block_size     0: the file's own
 *      8   232  info           struct loop_info64
 *     60     4  info.lo_flags  LO_FLAGS_*
 *    240    64  reserved
 * </pre>
 *
 * @param node the device node
 * @param fd held open until the file system on it is mounted
 */
public record LoopDevice(String node, int fd) {
    private static final int CONFIG_BYTES = 304;
    private static final int FLAGS = 60;

    /** Attaches a file; close the descriptor once it is mounted. */
    public static LoopDevice attach(Libc libc, String dev, String file) throws SyscallException {
        String control = dev + "/loop-control";
        int controlFd =
                libc.open(control, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0).orThrow("open " + control);
        int number;
        try {
            number = libc.ioctl(controlFd, Loop.LOOP_CTL_GET_FREE, 0).orThrow("LOOP_CTL_GET_FREE");
        } finally {
            libc.close(controlFd);
        }
        int backing =
                libc.open(file, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0).orThrow("open " + file);
        try {
            String node = dev + "/loop" + number;
            int fd =
                    libc.open(node, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0).orThrow("open " + node);
            try {
                libc.ioctl(fd, Loop.LOOP_CONFIGURE, config(backing)).orThrow("LOOP_CONFIGURE " + node + " " + file);
            } catch (SyscallException e) {
                libc.close(fd);
                throw e;
            }
            return new LoopDevice(node, fd);
        } finally {
            libc.close(backing);
        }
    }

    static byte[] config(int backing) {
        ByteBuffer config = ByteBuffer.allocate(CONFIG_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        config.putInt(0, backing);
        config.putInt(FLAGS, Loop.LO_FLAGS_READ_ONLY | Loop.LO_FLAGS_AUTOCLEAR);
        return config.array();
    }
}
