package dev.nullbox.natives.netlink;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.OpenFlags;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Network namespaces of threads. */
final class OwnNetwork {
    private OwnNetwork() {}

    /** Runs in a thread of its own with a network namespace of its own, which ends with it. */
    static <T> T inNamespace(Libc libc, Callable<T> body) throws Exception {
        return inThread(() -> {
            libc.unshare(Namespaces.CLONE_NEWNET).orThrow("unshare netns");
            return body.call();
        });
    }

    /** Runs in a thread of its own, whose namespaces are so its own to change. */
    static <T> T inThread(Callable<T> body) throws Exception {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofPlatform().start(task);
        try {
            return task.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    /** Moves the calling thread into the network namespace of a process. */
    static void enter(Libc libc, int pid) throws SyscallException {
        int fd = libc.open("/proc/" + pid + "/ns/net", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open netns");
        libc.setns(fd, Namespaces.CLONE_NEWNET).orThrow("setns");
        libc.close(fd).orThrow("close netns");
    }
}
