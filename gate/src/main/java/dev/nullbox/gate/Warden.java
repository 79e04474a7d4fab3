package dev.nullbox.gate;

import dev.nullbox.gate.open.HeldSecret;
import dev.nullbox.gate.open.OpenRule;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.RateLimitedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Client of warden, and holder of the values that were leased to be put in: each from its run's first connection until its
 * lease ends. Methods and answers belong to the caller's thread; the calls have threads of their own.
 */
final class Warden {
    private static final int THREADS = 2;
    /** Questions of one agent at once, and of all: each answer may take a while. */
    private static final int MOST_OF_ONE = 16;

    private static final int MOST_ASKED = 128;
    private static final Duration WAIT = Duration.ofSeconds(15);
    private static final Duration DEADLINE = Duration.ofSeconds(25);
    private static final List<VaultReason> LEASE_OVER =
            List.of(VaultReason.LEASE_UNKNOWN, VaultReason.LEASE_ENDED, VaultReason.LEASE_REVOKED);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Time without news of leases after which they count as ended. */
    private static final long BLIND_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path sockets;
    private final Duration deadline;
    private final Consumer<Runnable> caller;
    private final RateLimitedLog log;
    private final HeapWiper wiper;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, task -> Thread.ofPlatform().name("warden").daemon().unstarted(task));
    private final Semaphore toWatch = new Semaphore(0);
    private final Map<Of, Held> held = new HashMap<>();
    private final Map<Of, List<Consumer<Answer>>> asked = new HashMap<>();
    private volatile boolean isHolding;

    private record Of(String agent, long run, SecretName secret) {}

    private record Held(HeldSecret secret, long seq) {}

    /** Answer of warden. */
    sealed interface Answer {
        /** All secrets of a rule, in its order. */
        record Given(List<HeldSecret> secrets) implements Answer {}

        /** At least one is not given; cause for people. */
        record Refused(String why) implements Answer {}
    }

    /**
     * @param sockets the directory of the services' sockets
     * @param caller runs a task in the caller's thread, soon
     */
    Warden(Path sockets, Duration deadline, Consumer<Runnable> caller, RateLimitedLog log, HeapWiper wiper) {
        this.sockets = sockets;
        this.deadline = deadline;
        this.caller = caller;
        this.log = log;
        this.wiper = wiper;
    }

    /** Asks for the secrets of a rule; the answer comes at once when they are held. */
    void ask(OpenRule rule, Consumer<Answer> then) {
        collect(rule, 0, new ArrayList<>(), then);
    }

    private void collect(OpenRule rule, int index, List<HeldSecret> found, Consumer<Answer> then) {
        if (index == rule.putIn().size()) {
            // One that ended while another was asked for is none.
            then.accept(
                    found.stream().anyMatch(HeldSecret::isClosed)
                            ? new Answer.Refused("a lease has ended")
                            : new Answer.Given(List.copyOf(found)));
            return;
        }
        Of of = new Of(rule.agent(), rule.run(), rule.putIn().get(index).secret());
        one(of, answer -> {
            if (answer instanceof Answer.Given(List<HeldSecret> one)) {
                found.addAll(one);
                collect(rule, index + 1, found, then);
            } else {
                then.accept(answer);
            }
        });
    }

    private void one(Of of, Consumer<Answer> then) {
        Held known = held.get(of);
        if (known != null) {
            then.accept(new Answer.Given(List.of(known.secret())));
            return;
        }
        List<Consumer<Answer>> waiting = asked.get(of);
        if (waiting != null) {
            waiting.add(then);
            return;
        }
        long own = asked.keySet().stream()
                .filter(other -> other.agent().equals(of.agent()))
                .count();
        if (own >= MOST_OF_ONE || asked.size() >= MOST_ASKED) {
            then.accept(new Answer.Refused("too many secrets are asked for at once; try again"));
            return;
        }
        asked.put(of, new ArrayList<>(List.of(then)));
        threads.execute(() -> call(of));
    }

    private void call(Of of) {
        try {
            Message answer = RpcClient.call(
                    sockets,
                    VaultContract.GATE_VALUE,
                    deadline,
                    VaultContract.AGENT.is(new AgentName(of.agent())),
                    VaultContract.RUN.is(Long.toString(of.run())),
                    VaultContract.NAME.is(of.secret()));
            byte[] value = answer.get(VaultContract.VALUE);
            Optional<String> unfit = HeldSecret.unfit(value);
            if (unfit.isPresent()) {
                answer.wipe();
                caller.accept(() -> answered(of, new Answer.Refused("the secret " + of.secret() + " " + unfit.get())));
            } else {
                HeldSecret secret = HeldSecret.of(answer.get(VaultContract.LEASE), value);
                caller.accept(() -> took(of, new Held(secret, answer.get(Fields.SEQ))));
            }
        } catch (RpcException refused) {
            String why = refused.is(VaultReason.VAULT_SEALED)
                    ? "the vault is sealed, so " + of.secret() + " cannot be put in; nullctl vault unseal opens it"
                    : "the secret " + of.secret() + " cannot be put in: " + refused.getMessage()
                            + (LEASE_OVER.stream().anyMatch(refused::is)
                                    ? "; a new run of the agent has a new lease"
                                    : "");
            caller.accept(() -> answered(of, new Answer.Refused(why)));
        } catch (RuntimeException bug) {
            log.warn("bug", "a secret could not be asked for: " + RateLimitedLog.bug(bug));
            caller.accept(() -> answered(of, new Answer.Refused("the secret cannot be had: a fault of the appliance")));
        } finally {
            wiper.request();
        }
    }

    private void took(Of of, Held taken) {
        held.put(of, taken);
        isHolding = true;
        toWatch.release();
        answered(of, new Answer.Given(List.of(taken.secret())));
    }

    private void answered(Of of, Answer answer) {
        List<Consumer<Answer>> waiting = asked.remove(of);
        if (waiting != null) {
            waiting.forEach(one -> one.accept(answer));
        }
    }

    /**
     * Wipes values whose lease has ended, from now on, and tells of it.
     *
     * @param ended called in the caller's thread after values were wiped
     */
    void watch(Runnable ended) {
        Thread.ofPlatform().name("lease-watch").daemon().start(() -> {
            long seq = 0;
            long seen = System.nanoTime();
            while (true) {
                if (!isHolding) {
                    toWatch.acquireUninterruptibly();
                    toWatch.drainPermits();
                    seen = System.nanoTime();
                }
                try {
                    Message leases = RpcClient.call(
                            sockets,
                            VaultContract.GATE_LEASES,
                            DEADLINE,
                            VaultContract.AFTER.is(seq),
                            VaultContract.WAIT_MS.is(WAIT.toMillis()));
                    seq = leases.get(Fields.SEQ);
                    seen = System.nanoTime();
                    keep(new HashSet<>(leases.get(VaultContract.GATE_LEASE_IDS)), seq, ended);
                } catch (RpcException | RuntimeException failure) {
                    log.warn("lease-watch", "warden does not tell which leases are in force: " + failure.getMessage());
                    if (System.nanoTime() - seen > BLIND_NANOS) {
                        keep(Set.of(), Long.MAX_VALUE, ended);
                    }
                    LockSupport.parkNanos(RETRY_NANOS);
                }
            }
        });
    }

    private void keep(Set<String> leases, long seq, Runnable ended) {
        caller.accept(() -> {
            boolean isWiped = held.values().removeIf(one -> {
                // A lease that is newer than the list is not in it.
                boolean isOver =
                        one.seq() <= seq && !leases.contains(one.secret().lease());
                if (isOver) {
                    one.secret().close();
                }
                return isOver;
            });
            isHolding = !held.isEmpty();
            if (isWiped) {
                ended.run();
                wiper.request();
            }
        });
    }
}
