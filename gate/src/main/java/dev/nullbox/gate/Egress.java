package dev.nullbox.gate;

import dev.nullbox.gate.open.OpenRule;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Client of egress. Questions are asked by a few threads, one agent's never by all of them at once, and by turns of the
 * agents; methods and answers belong to the caller's thread.
 */
final class Egress {
    private static final int THREADS = 3;
    private static final int THREADS_OF_ONE = 2;
    /** More than the packet filter lets an agent have connections. */
    private static final int MOST_WAITING = 512;

    private static final int MOST_REPORTS = 8;

    private static final Duration REVISION_DEADLINE = Duration.ofSeconds(40);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path sockets;
    private final Duration deadline;
    private final Consumer<Runnable> caller;
    private final RateLimitedLog log;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, task -> Thread.ofPlatform().name("egress").daemon().unstarted(task));
    private final Map<InetAddress, Deque<Asked>> waiting = new LinkedHashMap<>();
    private final Map<InetAddress, Integer> running = new HashMap<>();
    private int runningOfAll;

    /** Answer of egress. */
    sealed interface Answer {
        /** The connection may pass, or is opened. */
        record Allowed(Optional<OpenRule> open) implements Answer {}

        /** It may not. */
        record Denied(String reason) implements Answer {}

        /** Egress did not answer: what is new is refused, what was allowed before goes on. */
        record Unknown() implements Answer {}
    }

    private record Asked(Question question, Consumer<Answer> then) {}

    /**
     * @param sockets the directory of the services' sockets
     * @param caller runs a task in the caller's thread, soon
     */
    Egress(Path sockets, Duration deadline, Consumer<Runnable> caller, RateLimitedLog log) {
        this.sockets = sockets;
        this.deadline = deadline;
        this.caller = caller;
        this.log = log;
    }

    /** Asks; the answer comes in the caller's thread, at once when the agent has too many questions. */
    void ask(Question question, Consumer<Answer> then) {
        Deque<Asked> own = waiting.computeIfAbsent(question.from(), _ -> new ArrayDeque<>());
        if (own.size() >= MOST_WAITING) {
            then.accept(new Answer.Unknown());
            return;
        }
        own.add(new Asked(question, then));
        begin();
    }

    /** Tells a refusal, unless the agent has many that wait: egress counts repeated ones, and need not hear all. */
    void report(Question question) {
        Deque<Asked> own = waiting.get(question.from());
        if (own == null || own.size() < MOST_REPORTS) {
            ask(question, _ -> {});
        }
    }

    private void begin() {
        while (runningOfAll < THREADS) {
            boolean isBegun = false;
            Iterator<Map.Entry<InetAddress, Deque<Asked>>> agents =
                    waiting.entrySet().iterator();
            while (agents.hasNext() && !isBegun) {
                Map.Entry<InetAddress, Deque<Asked>> agent = agents.next();
                InetAddress from = agent.getKey();
                if (running.getOrDefault(from, 0) < THREADS_OF_ONE) {
                    Deque<Asked> asked = agent.getValue();
                    Asked next = asked.remove();
                    // Behind all others: the next turn is another agent's.
                    agents.remove();
                    if (!asked.isEmpty()) {
                        waiting.put(from, asked);
                    }
                    running.merge(from, 1, Integer::sum);
                    runningOfAll++;
                    threads.execute(() -> run(next));
                    isBegun = true;
                }
            }
            if (!isBegun) {
                return;
            }
        }
    }

    private void run(Asked asked) {
        Answer answer = answer(asked.question());
        caller.accept(() -> {
            runningOfAll--;
            running.computeIfPresent(asked.question().from(), (_, count) -> count == 1 ? null : count - 1);
            asked.then().accept(answer);
            begin();
        });
    }

    private Answer answer(Question question) {
        List<Value<?>> fields = new ArrayList<>(List.of(
                Fields.ADDRESS.is(question.from().getHostAddress()),
                EgressContract.DESTINATION.is(question.to().getAddress().getHostAddress()),
                Fields.PORT.is((long) question.to().getPort()),
                EgressContract.AGAIN.is(question.again())));
        question.kind().ifPresent(kind -> fields.add(EgressContract.KIND.is(kind)));
        question.name().ifPresent(name -> fields.add(Fields.NAME.is(name)));
        question.why().ifPresent(why -> fields.add(Fields.WHY.is(why)));
        try {
            Message answer = RpcClient.call(sockets, EgressContract.PASS, deadline, Message.of(fields));
            return answer.get(EgressContract.ALLOWED)
                    ? new Answer.Allowed(answer.find(EgressContract.OPEN).map(OpenRule::of))
                    : new Answer.Denied(answer.get(Fields.REASON));
        } catch (RpcException failure) {
            log.warn("egress", "egress does not say whether a connection may pass: " + failure.getMessage());
            return new Answer.Unknown();
        } catch (RuntimeException bug) {
            log.warn("bug", "a question to egress failed: " + RateLimitedLog.bug(bug));
            return new Answer.Unknown();
        }
    }

    /**
     * Calls a task in the caller's thread after each change of what agents may reach, and after a restart of egress. The
     * first answer is awaited: with it the runtime has all that further calls need, before system calls are filtered.
     *
     * @throws RpcException when egress does not answer
     */
    void watch(Runnable changed) throws RpcException {
        long first = revision(0);
        Thread.ofPlatform().name("revisions").daemon().start(() -> watch(changed, first));
    }

    private void watch(Runnable changed, long first) {
        long revision = first;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                long now = revision(revision);
                if (now != revision) {
                    revision = now;
                    caller.accept(changed);
                }
            } catch (RpcException failure) {
                log.warn("revisions", "egress does not tell changes: " + failure.getMessage());
                LockSupport.parkNanos(RETRY_NANOS);
            } catch (RuntimeException bug) {
                log.warn("bug", "egress' answer is none: " + RateLimitedLog.bug(bug));
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private long revision(long known) throws RpcException {
        return RpcClient.call(sockets, EgressContract.REVISED, REVISION_DEADLINE, EgressContract.REVISION.is(known))
                .get(EgressContract.REVISION);
    }
}
