package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.service.process.ChildProcess;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Starter of processes: one thread, for as long as the daemon lives. It must not end: the kernel sends a child its
 * parent-death signal when the thread ends that started it. Each process is the first of a PID namespace of its own: it
 * sees no other process, and its children end with it. Source: PR_SET_PDEATHSIG(2const), pid_namespaces(7).
 */
public final class Spawner implements ChildProcess.Launcher {
    private record SpawnRequest(
            List<String> command,
            List<String> environment,
            List<SpawnAction> actions,
            CompletableFuture<SysResult> result) {}

    private static final String OWN_PID_NAMESPACE = "/proc/thread-self/ns/pid";

    private final Libc libc;
    private final BlockingQueue<SpawnRequest> requests = new LinkedBlockingQueue<>();

    private Spawner(Libc libc) {
        this.libc = libc;
    }

    public static Spawner start(Libc libc) {
        Spawner spawner = new Spawner(libc);
        Thread.ofPlatform().daemon().name("cage-spawner").start(spawner::serve);
        return spawner;
    }

    /**
     * As {@link Libc#posixSpawn}, with the first word as the path, in a session and a PID namespace of its own.
     *
     * @throws java.util.concurrent.CompletionException for a bug
     */
    @Override
    public SysResult spawn(List<String> command, List<String> environment, List<SpawnAction> actions) {
        SpawnRequest request = new SpawnRequest(command, environment, actions, new CompletableFuture<>());
        requests.add(request);
        return request.result().join();
    }

    private void serve() {
        while (true) {
            SpawnRequest request = next();
            try {
                request.result().complete(spawnApart(request));
            } catch (RuntimeException e) {
                // The waiting caller must get the failure, and the next request must be served.
                request.result().completeExceptionally(e);
            }
        }
    }

    /**
     * Spawns into a new namespace: without it this thread's children may be born into the last one's, which has ended
     * or belongs to another agent.
     */
    private SysResult spawnApart(SpawnRequest request) {
        SysResult own = libc.open(OWN_PID_NAMESPACE, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        if (!(own instanceof SysResult.Ok(long namespace))) {
            return own;
        }
        SysResult back = libc.setns((int) namespace, Namespaces.CLONE_NEWPID);
        libc.close((int) namespace);
        if (!back.isOk()) {
            return back;
        }
        SysResult apart = libc.unshare(Namespaces.CLONE_NEWPID);
        return apart.isOk()
                ? libc.posixSpawn(
                        request.command().getFirst(), request.command(), request.environment(), request.actions(), true)
                : apart;
    }

    /** The next request. No code interrupts this thread, which must not end. */
    private SpawnRequest next() {
        while (true) {
            try {
                return requests.take();
            } catch (InterruptedException e) {
                System.err.println("cage: the spawning thread was interrupted, and goes on");
            }
        }
    }
}
