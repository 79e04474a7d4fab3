package dev.nullbox.natives.netlink;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Tun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Creation of tap interfaces that outlive the creating process: a process of the owner attaches to one by name later,
 * without a capability, and sets the length of its virtio-net header and its offloads itself.
 *
 * <pre>
 * struct ifreq   0 char ifr_name[16] | 16 short ifr_flags | 18 to 39 other members of the union
 * </pre>
 *
 * Source: the kernel's Documentation/networking/tuntap.rst, linux/if_tun.h, netdevice(7).
 */
public final class Tap {
    static final int IFREQ_BYTES = 40;
    static final int FLAGS_OFFSET = 16;

    private static final String DEVICE = "/dev/net/tun";

    private Tap() {}

    /**
     * Makes a tap of Ethernet frames with a virtio-net header, down, in the calling thread's network namespace. It is
     * gone with its namespace, or by {@link Rtnetlink#deleteLink}.
     *
     * @param ownerUid the only user, besides those with CAP_NET_ADMIN in the namespace, who can attach to it
     * @throws SyscallException EBUSY when the name is taken, ENOENT when there is no /dev/net/tun; then no tap is left
     */
    public static void create(Libc libc, String name, int ownerUid) throws SyscallException {
        byte[] ifreq = new byte[IFREQ_BYTES];
        byte[] ascii = InterfaceName.checked(name).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, ifreq, 0, ascii.length);
        int flags = Tun.IFF_TAP | Tun.IFF_NO_PI | Tun.IFF_VNET_HDR | Tun.IFF_TUN_EXCL;
        ByteBuffer.wrap(ifreq).order(ByteOrder.LITTLE_ENDIAN).putShort(FLAGS_OFFSET, (short) flags);
        int fd = libc.open(DEVICE, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0).orThrow("open " + DEVICE);
        try {
            libc.ioctl(fd, Tun.TUNSETIFF, ifreq).orThrow("TUNSETIFF " + name);
            libc.ioctl(fd, Tun.TUNSETOWNER, Integer.toUnsignedLong(ownerUid))
                    .orThrow("TUNSETOWNER of " + name + " to " + Integer.toUnsignedString(ownerUid));
            libc.ioctl(fd, Tun.TUNSETPERSIST, 1).orThrow("TUNSETPERSIST of " + name);
        } finally {
            libc.close(fd);
        }
    }
}
