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
    private record Order(
            List<String> command,
            List<String> environment,
            List<SpawnAction> actions,
            CompletableFuture<SysResult> result) {}

    private final Libc libc;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();

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
        Order order = new Order(command, environment, actions, new CompletableFuture<>());
        orders.add(order);
        return order.result().join();
    }

    private void serve() {
        while (true) {
            Order order = next();
            try {
                order.result()
                        .complete(libc.posixSpawn(
                                order.command().getFirst(),
                                order.command(),
                                order.environment(),
                                order.actions(),
                                true));
            } catch (RuntimeException e) {
                // Whoever waits must learn of it, and the next be served.
                order.result().completeExceptionally(e);
            }
        }
    }

    /** Nobody has reason to interrupt this thread, and it must not end. */
    private Order next() {
        while (true) {
            try {
                return orders.take();
            } catch (InterruptedException e) {
                System.err.println("cage: the spawning thread was interrupted, and goes on");
            }
        }
    }
}
