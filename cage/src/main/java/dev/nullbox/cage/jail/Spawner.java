package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.service.process.ChildProcess;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The one thread that starts processes, for as long as the daemon lives. It must not end: the kernel sends a child its
 * parent-death signal when the thread ends that started it. Source: PR_SET_PDEATHSIG(2const).
 */
public final class Spawner implements ChildProcess.Launcher {
    private record SpawnRequest(
            List<String> command,
            List<String> environment,
            List<SpawnAction> actions,
            CompletableFuture<SysResult> result) {}

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
     * As {@link Libc#posixSpawn}, with the first word as the path, in a session of its own.
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
                request.result()
                        .complete(libc.posixSpawn(
                                request.command().getFirst(),
                                request.command(),
                                request.environment(),
                                request.actions(),
                                true));
            } catch (RuntimeException e) {
                // Whoever waits must learn of it, and the next be served.
                request.result().completeExceptionally(e);
            }
        }
    }

    /** Nobody has reason to interrupt this thread, and it must not end. */
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
