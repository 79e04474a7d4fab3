package dev.nullbox.natives.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Namespaces and core scheduling of a process that is spawned, on a real kernel. Needs root. */
class ProcessWallsIT {
    private final Libc libc = Natives.libc();

    @BeforeEach
    void needsRoot() {
        assertThat(libc.getuid()).as("ProcessWallsIT needs root: uid").isZero();
    }

    /** The thread itself stays where it was: its child is the first process of the new namespace. */
    @Test
    void aThreadSpawnsTheFirstProcessOfAPidNamespace() throws Exception {
        onOneThread(() -> {
            assertThat(printed("echo $$")).isNotEqualTo("1\n");
            libc.unshare(Namespaces.CLONE_NEWPID | Namespaces.CLONE_NEWIPC).orThrow("unshare");
            assertThat(printed("echo $$")).isEqualTo("1\n");
            assertThat(libc.getpid()).isGreaterThan(1);
            return 0;
        });
    }

    @Test
    void aThreadEntersTheIpcNamespaceOfAProcess() throws Exception {
        Path own = Path.of("/proc/thread-self/ns/ipc");
        String before = Files.readSymbolicLink(own).toString();
        int[] holder = new int[1];
        onOneThread(() -> {
            libc.unshare(Namespaces.CLONE_NEWIPC).orThrow("unshare");
            assertThat(Files.readSymbolicLink(own).toString()).isNotEqualTo(before);
            holder[0] = libc.posixSpawn("/bin/sleep", List.of("sleep", "60"), List.of(), List.of(), false)
                    .orThrow("spawn sleep");
            return 0;
        });
        try {
            onOneThread(() -> {
                int flags = OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC;
                int fd = libc.open("/proc/" + holder[0] + "/ns/ipc", flags, 0).orThrow("open");
                libc.setns(fd, Namespaces.CLONE_NEWIPC).orThrow("setns");
                assertThat(Files.readSymbolicLink(own).toString())
                        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/" + holder[0] + "/ns/ipc"))
                                .toString())
                        .isNotEqualTo(before);
                return libc.close(fd).orThrow("close");
            });
        } finally {
            libc.kill(holder[0], Signals.SIGKILL).orThrow("kill");
            libc.waitpid(holder[0], new int[1], 0).orThrow("waitpid");
        }
    }

    /** A cookie that was made reads back, and another child's is another; else the kernel says why there is none. */
    @Test
    void aProcessGetsACookieOfItsOwnOrTheKernelSaysWhy() throws Exception {
        int one = sleeper();
        int other = sleeper();
        try {
            SysResult made = create(one);
            if (made instanceof SysResult.Failed(int errno)) {
                System.out.println("NOT RUN: cookies: PR_SCHED_CORE_CREATE is " + Errno.describe(errno));
                assertThat(errno).isIn(Errno.ENODEV, Errno.EINVAL);
                return;
            }
            create(other).orThrow("create");
            assertThat(cookie(one)).isNotZero().isNotEqualTo(cookie(other));
            assertThat(cookie(libc.getpid())).isZero();
        } finally {
            for (int child : new int[] {one, other}) {
                libc.kill(child, Signals.SIGKILL).orThrow("kill");
                libc.waitpid(child, new int[1], 0).orThrow("waitpid");
            }
        }
    }

    private SysResult create(int pid) {
        return libc.prctl(
                Prctl.PR_SCHED_CORE, Prctl.PR_SCHED_CORE_CREATE, pid, Prctl.PR_SCHED_CORE_SCOPE_THREAD_GROUP, 0);
    }

    private long cookie(int pid) throws Exception {
        byte[] cookie = new byte[Long.BYTES];
        libc.prctl(Prctl.PR_SCHED_CORE, Prctl.PR_SCHED_CORE_GET, pid, Prctl.PR_SCHED_CORE_SCOPE_THREAD, cookie)
                .orThrow("PR_SCHED_CORE_GET");
        return ByteBuffer.wrap(cookie).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private int sleeper() throws Exception {
        return libc.posixSpawn("/bin/sleep", List.of("sleep", "60"), List.of(), List.of(), false)
                .orThrow("spawn sleep");
    }

    private String printed(String script) throws Exception {
        int[] output = new int[2];
        libc.pipe2(output, OpenFlags.O_CLOEXEC).orThrow("pipe2");
        List<SpawnAction> actions = List.of(new SpawnAction.Dup2(output[1], 1));
        int child = libc.posixSpawn("/bin/sh", List.of("sh", "-c", script), List.of(), actions, false)
                .orThrow("spawn sh");
        libc.waitpid(child, new int[1], 0).orThrow("waitpid");
        byte[] got = new byte[100];
        int length = libc.read(output[0], got, 0, got.length).orThrow("read");
        libc.close(output[0]).orThrow("close");
        libc.close(output[1]).orThrow("close");
        return new String(got, 0, length, StandardCharsets.UTF_8);
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
