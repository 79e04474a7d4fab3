package dev.nullbox.natives.landlock;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Landlock;
import dev.nullbox.natives.linux.OpenFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Ruleset of Landlock: refuses every use that it handles unless a rule allows it. Rules beyond the kernel's version
 * fail as a whole: none is silently left out.
 *
 * <pre>
 * struct landlock_ruleset_attr        0 u64 handled_access_fs | 8 u64 handled_access_net (ABI 4) | 16 u64 scoped (ABI
 * 6) struct landlock_path_beneath_attr   0 u64 allowed_access | 8 s32 parent_fd, packed: 12 bytes struct
 * landlock_net_port_attr       0 u64 allowed_access | 8 u64 port
 * </pre>
 *
 * Source: landlock(7), linux/landlock.h.
 */
public final class LandlockRuleset implements AutoCloseable {
    static final int RULESET_BYTES = 24;
    static final int PATH_BENEATH_BYTES = 12;
    static final int NET_PORT_BYTES = 16;

    private static final int MAX_PORT = 65_535;

    private final Libc libc;
    private final int fd;

    private LandlockRuleset(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    /**
     * The version of the kernel's Landlock, which {@link Landlock} names at its constants; 0 when the kernel has none
     * or it is not among its active security modules.
     */
    public static int abi(Libc libc) throws SyscallException {
        SysResult version = libc.landlockCreateRuleset(new byte[0], Landlock.LANDLOCK_CREATE_RULESET_VERSION);
        if (version.failedWith(Errno.ENOSYS) || version.failedWith(Errno.ENOTSUP)) {
            return 0;
        }
        return version.orThrow("landlock_create_ruleset version");
    }

    /**
     * A ruleset without rules that handles these uses.
     *
     * @param files bits of LANDLOCK_ACCESS_FS_*
     * @param ports bits of LANDLOCK_ACCESS_NET_*
     * @param scopes bits of LANDLOCK_SCOPE_*: threads and processes outside of the ruleset cannot be reached; there are
     *     no rules for these
     * @throws SyscallException E2BIG or EINVAL when the kernel's ABI lacks one of them, ENOMSG when there are none
     */
    public static LandlockRuleset create(Libc libc, long files, long ports, long scopes) throws SyscallException {
        byte[] struct = new byte[RULESET_BYTES];
        fields(struct).putLong(files).putLong(ports).putLong(scopes);
        String what = "landlock_create_ruleset files 0x" + Long.toHexString(files) + " ports 0x"
                + Long.toHexString(ports) + " scopes 0x" + Long.toHexString(scopes);
        return new LandlockRuleset(libc, libc.landlockCreateRuleset(struct, 0).orThrow(what));
    }

    /**
     * Allows these uses of a file, or of a directory and all below it.
     *
     * @param access bits of LANDLOCK_ACCESS_FS_*, handled by the set
     * @throws SyscallException EINVAL when the set does not handle one of them, or a file cannot be used so
     */
    public void allowPath(Path path, long access) throws SyscallException {
        int parent = libc.open(path.toString(), OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open " + path);
        try {
            byte[] struct = new byte[PATH_BENEATH_BYTES];
            fields(struct).putLong(access).putInt(parent);
            libc.landlockAddRule(fd, Landlock.LANDLOCK_RULE_PATH_BENEATH, struct)
                    .orThrow("landlock_add_rule " + path + " 0x" + Long.toHexString(access));
        } finally {
            libc.close(parent);
        }
    }

    /**
     * Allows these uses of a TCP port.
     *
     * @param access bits of LANDLOCK_ACCESS_NET_*, handled by the set
     */
    public void allowPort(int port, long access) throws SyscallException {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port is 0 to 65535, not " + port);
        }
        byte[] struct = new byte[NET_PORT_BYTES];
        fields(struct).putLong(access).putLong(port);
        libc.landlockAddRule(fd, Landlock.LANDLOCK_RULE_NET_PORT, struct)
                .orThrow("landlock_add_rule port " + port + " 0x" + Long.toHexString(access));
    }

    /**
     * Restricts the calling thread, and all threads and processes that it starts from now on, to this ruleset, in
     * addition to every ruleset before it. Irrevocable. Other threads of the process stay unrestricted: a process is
     * restricted as a whole when its only thread calls, or the thread that starts it.
     *
     * @throws SyscallException EPERM without no_new_privs or CAP_SYS_ADMIN, E2BIG beyond 16 sets
     */
    public void restrictSelf() throws SyscallException {
        libc.landlockRestrictSelf(fd).orThrow("landlock_restrict_self");
    }

    @Override
    public void close() {
        libc.close(fd);
    }

    private static ByteBuffer fields(byte[] struct) {
        return ByteBuffer.wrap(struct).order(ByteOrder.LITTLE_ENDIAN);
    }
}
