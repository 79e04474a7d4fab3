package dev.nullbox.natives.netlink;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Tun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Program in libkrun's place: becomes a user without capabilities, and attaches to a tap as libkrun does. It opens the
 * device before, since its mode is the machine's own affair.
 */
public final class TapAttachMain {
    private TapAttachMain() {}

    /** Arguments: the tap, the user. Exits with 0 when it is attached, else with the errno of TUNSETIFF. */
    public static void main(String[] args) throws Exception {
        Libc libc = Natives.libc();
        int user = Integer.parseInt(args[1]);
        int fd = libc.open("/dev/net/tun", OpenFlags.O_RDWR, 0).orThrow("open /dev/net/tun");
        libc.setgroups(new int[0]).orThrow("setgroups");
        libc.setresgid(user, user, user).orThrow("setresgid");
        libc.setresuid(user, user, user).orThrow("setresuid");
        System.exit(attach(libc, fd, args[0]) instanceof SysResult.Failed(int errno) ? errno : 0);
    }

    /** TUNSETIFF and TUNSETVNETHDRSZ with libkrun's arguments. */
    static SysResult attach(Libc libc, int fd, String tap) {
        byte[] ifreq = new byte[Tap.IFREQ_BYTES];
        byte[] name = tap.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(name, 0, ifreq, 0, name.length);
        ByteBuffer.wrap(ifreq).order(ByteOrder.LITTLE_ENDIAN).putShort(Tap.FLAGS_OFFSET, (short)
                (Tun.IFF_TAP | Tun.IFF_NO_PI | Tun.IFF_VNET_HDR));
        SysResult attached = libc.ioctl(fd, Tun.TUNSETIFF, ifreq);
        return attached.isOk() ? libc.ioctl(fd, Tun.TUNSETVNETHDRSZ, new byte[] {12, 0, 0, 0}) : attached;
    }
}
