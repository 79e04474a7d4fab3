package dev.nullbox.natives.landlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Landlock;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.linux.Sockets;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Landlock of a real kernel, on threads that end with their test. Reading is never handled: the JVM loads classes. */
class LandlockIT {
    private static final int CREATE = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_CLOEXEC;
    private static final long WRITES = Landlock.LANDLOCK_ACCESS_FS_WRITE_FILE | Landlock.LANDLOCK_ACCESS_FS_MAKE_REG;

    private final Libc libc = Natives.libc();

    @TempDir
    Path directory;

    @Test
    void aThreadWritesOnlyWhereItMay() throws Exception {
        needsAbi(1);
        Path may = Files.createDirectory(directory.resolve("may"));
        Path mayNot = Files.createDirectory(directory.resolve("maynot"));
        onOneThread(() -> {
            try (LandlockRuleset rules = LandlockRuleset.create(libc, WRITES, 0, 0)) {
                rules.allowPath(may, WRITES);
                restrict(rules);
            }
            assertThat(libc.open(may.resolve("file").toString(), CREATE, 0).isOk())
                    .isTrue();
            failed(Errno.EACCES, libc.open(mayNot.resolve("file").toString(), CREATE, 0));
            return 0;
        });
        assertThat(libc.open(mayNot.resolve("file").toString(), CREATE, 0).isOk())
                .as("another thread is as free as before")
                .isTrue();
    }

    @Test
    void aThreadConnectsOnlyToPortsThatItMay() throws Exception {
        needsAbi(4);
        try (ServerSocket may = listening();
                ServerSocket mayNot = listening()) {
            onOneThread(() -> {
                long connect = Landlock.LANDLOCK_ACCESS_NET_CONNECT_TCP;
                long bind = Landlock.LANDLOCK_ACCESS_NET_BIND_TCP;
                try (LandlockRuleset rules = LandlockRuleset.create(libc, 0, connect | bind, 0)) {
                    rules.allowPort(may.getLocalPort(), connect);
                    restrict(rules);
                }
                failed(0, connect(may.getLocalPort()));
                failed(Errno.EACCES, connect(mayNot.getLocalPort()));
                int socket = libc.socket(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0)
                        .orThrow("socket");
                failed(Errno.EACCES, libc.bind(socket, loopback(0)));
                return libc.close(socket).orThrow("close");
            });
        }
    }

    @Test
    void aThreadSignalsOnlyItsOwnChildren() throws Exception {
        needsAbi(6);
        int outside = sleeper();
        try {
            onOneThread(() -> {
                try (LandlockRuleset rules = LandlockRuleset.create(libc, 0, 0, Landlock.LANDLOCK_SCOPE_SIGNAL)) {
                    restrict(rules);
                }
                failed(Errno.EPERM, libc.kill(outside, Signals.SIGKILL));
                int inside = sleeper();
                failed(0, libc.kill(inside, Signals.SIGKILL));
                return libc.waitpid(inside, new int[1], 0).orThrow("waitpid");
            });
        } finally {
            libc.kill(outside, Signals.SIGKILL).orThrow("kill");
            libc.waitpid(outside, new int[1], 0).orThrow("waitpid");
        }
    }

    @Test
    void theKernelRefusesARuleBeyondItsSet() throws Exception {
        needsAbi(4);
        try (LandlockRuleset rules = LandlockRuleset.create(libc, WRITES, 0, 0)) {
            long read = Landlock.LANDLOCK_ACCESS_FS_READ_FILE;
            assertThatThrownBy(() -> rules.allowPath(directory, read)).hasMessageEndingWith(": EINVAL (22)");
            assertThatThrownBy(() -> rules.allowPort(1, 1)).hasMessageEndingWith(": EINVAL (22)");
        }
        assertThatThrownBy(() -> LandlockRuleset.create(libc, 1L << 60, 0, 0)).hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> LandlockRuleset.create(libc, 0, 0, 0)).hasMessageEndingWith("ENOMSG (42)");
    }

    private void needsAbi(int least) throws Exception {
        int abi = LandlockRuleset.abi(libc);
        Assumptions.assumeTrue(
                abi >= least, "NOT RUN: Landlock of ABI " + least + " is needed, and this kernel has " + abi);
    }

    private void restrict(LandlockRuleset rules) throws Exception {
        libc.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).orThrow("no_new_privs");
        rules.restrictSelf();
    }

    private int sleeper() throws Exception {
        return libc.posixSpawn("/bin/sleep", List.of("sleep", "60"), List.of(), List.of(), false)
                .orThrow("spawn sleep");
    }

    private static ServerSocket listening() throws Exception {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    private SysResult connect(int port) throws Exception {
        int socket = libc.socket(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0)
                .orThrow("socket");
        SysResult result = libc.connect(socket, loopback(port));
        libc.close(socket).orThrow("close");
        return result;
    }

    /** struct sockaddr_in of 127.0.0.1. */
    private static byte[] loopback(int port) {
        byte[] address = new byte[16];
        ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN).putShort((short) Sockets.AF_INET);
        ByteBuffer.wrap(address).putShort(2, (short) port).putInt(4, 0x7f000001);
        return address;
    }

    /** Errno 0 is success. */
    private static void failed(int errno, SysResult result) {
        assertThat(result).isEqualTo(errno == 0 ? new SysResult.Ok(0) : new SysResult.Failed(errno));
    }

    private static void onOneThread(Callable<Integer> body) throws Exception {
        FutureTask<Integer> task = new FutureTask<>(body);
        Thread.ofPlatform().start(task);
        try {
            task.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }
}
