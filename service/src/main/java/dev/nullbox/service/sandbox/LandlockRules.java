package dev.nullbox.service.sandbox;

import static dev.nullbox.natives.linux.Landlock.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.landlock.LandlockRuleset;
import dev.nullbox.natives.linux.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Landlock rules of ABI 6: refuse every use of files, TCP ports, signals and abstract sockets beyond the sandbox. */
public final class LandlockRules {
    private static final long FILES = LANDLOCK_ACCESS_FS_EXECUTE
            | LANDLOCK_ACCESS_FS_WRITE_FILE
            | LANDLOCK_ACCESS_FS_READ_FILE
            | LANDLOCK_ACCESS_FS_READ_DIR
            | LANDLOCK_ACCESS_FS_REMOVE_DIR
            | LANDLOCK_ACCESS_FS_REMOVE_FILE
            | LANDLOCK_ACCESS_FS_MAKE_CHAR
            | LANDLOCK_ACCESS_FS_MAKE_DIR
            | LANDLOCK_ACCESS_FS_MAKE_REG
            | LANDLOCK_ACCESS_FS_MAKE_SOCK
            | LANDLOCK_ACCESS_FS_MAKE_FIFO
            | LANDLOCK_ACCESS_FS_MAKE_BLOCK
            | LANDLOCK_ACCESS_FS_MAKE_SYM
            | LANDLOCK_ACCESS_FS_REFER
            | LANDLOCK_ACCESS_FS_TRUNCATE
            | LANDLOCK_ACCESS_FS_IOCTL_DEV;
    private static final long PORTS = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
    private static final long SCOPES = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
    private static final long PROGRAM = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;

    private LandlockRules() {}

    /**
     * A ruleset that refuses all of it, but for reading and executing what is bound into a root.
     *
     * @param binds absent ones are skipped
     * @throws SyscallException E2BIG or EINVAL when the kernel lacks a part of it
     */
    public static LandlockRuleset create(Libc libc, List<String> binds) throws SyscallException {
        LandlockRuleset rules = LandlockRuleset.create(libc, FILES, PORTS, SCOPES);
        try {
            for (String bind : binds) {
                Path path = Path.of(bind);
                if (Files.exists(path)) {
                    rules.allowPath(path, Files.isDirectory(path) ? PROGRAM | LANDLOCK_ACCESS_FS_READ_DIR : PROGRAM);
                }
            }
            return rules;
        } catch (SyscallException e) {
            rules.close();
            throw e;
        }
    }

    /**
     * The message, when a use was not refused by Landlock; the descriptor that it returned is closed.
     *
     * @param use its name for the message
     */
    public static Optional<String> missing(Libc libc, String use, SysResult result) {
        return switch (result) {
            case SysResult.Ok(long fd) -> {
                if (fd > 0) {
                    libc.close((int) fd);
                }
                yield Optional.of("Landlock does not refuse " + use);
            }
            case SysResult.Failed(int errno) ->
                errno == Errno.EACCES
                        ? Optional.empty()
                        : Optional.of("Landlock does not refuse " + use + ": it is " + Errno.describe(errno));
        };
    }
}
