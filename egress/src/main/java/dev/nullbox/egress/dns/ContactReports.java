package dev.nullbox.egress.dns;

import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reports of agents' contacts by name to the memory service, where they precede what an agent writes later. A query's
 * answer never waits for them: a thread of its own sends each name and port once for each run, the first time at once, and
 * again each half second while the memory service or its listener for the run is not there yet. Contacts of one run are
 * bounded.
 */
public final class ContactReports implements Resolver.Listener, AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(500);

    /** Ten minutes: a run that has not begun by then never will. */
    private static final int MOST_FAILURES = 1_200;

    private final Resolver.Listener next;
    private final Recipient recipient;
    private final RateLimitedLog log;
    private final Map<AgentSlot, Run> runs = new LinkedHashMap<>();
    private boolean isClosed;

    /** Interface of the memory service. */
    @FunctionalInterface
    public interface Recipient {
        /** Records contacts of the run that an agent has in its slot. */
        void contacted(AgentNames run, List<String> contacts) throws RpcException;
    }

    /** Contacts of one run: all that are known, and those that are still to be sent. */
    private static final class Run {
        private final AgentNames policy;
        private final Set<String> known = new LinkedHashSet<>();
        private final Set<String> unsent = new LinkedHashSet<>();
        private int failures;

        Run(AgentNames policy) {
            this.policy = policy;
        }
    }

    /** Contacts on their way. */
    private record Batch(Run run, List<String> contacts) {}

    private ContactReports(Resolver.Listener next, Recipient recipient, RateLimitedLog log) {
        this.next = next;
        this.recipient = recipient;
        this.log = log;
    }

    /**
     * Starts the thread.
     *
     * @param next listener that is told of everything first
     */
    public static ContactReports start(Resolver.Listener next, Recipient recipient, RateLimitedLog log) {
        ContactReports reports = new ContactReports(next, recipient, log);
        Thread.ofPlatform().name("reached").daemon().start(reports::send);
        return reports;
    }

    @Override
    public void refused(AgentNames agent, String name, String why) {
        next.refused(agent, name, why);
    }

    @Override
    public void answered(AgentNames agent, String name, List<NamedPort> ports) {
        next.answered(agent, name, ports);
        for (NamedPort port : ports) {
            String suffix = port.transport().text().equals("tcp")
                    ? ""
                    : "/" + port.transport().text();
            note(agent, name + ":" + port.port() + suffix);
        }
    }

    private synchronized void note(AgentNames agent, String contact) {
        Run run = runs.get(agent.slot());
        if (run == null || !isSame(run.policy, agent)) {
            run = new Run(agent);
            runs.put(agent.slot(), run);
        }
        if (run.known.size() < MemoryContract.MAX_CONTACTS_OF_RUN && run.known.add(contact)) {
            run.unsent.add(contact);
            notifyAll();
        }
    }

    /** The same object: a run is given its names anew, also when they are those of the run before. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(AgentNames one, AgentNames other) {
        return one == other;
    }

    private void send() {
        try {
            while (true) {
                boolean isAllSent = true;
                for (Batch batch : due()) {
                    isAllSent &= isSent(batch);
                }
                if (!isAllSent) {
                    pause();
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for contacts to send; some of each run. */
    private synchronized List<Batch> due() throws InterruptedException {
        List<Batch> due = new ArrayList<>();
        while (due.isEmpty()) {
            if (isClosed) {
                throw new InterruptedException("closed");
            }
            for (Run run : runs.values()) {
                List<String> some =
                        run.unsent.stream().limit(MemoryContract.MAX_CONTACTS).toList();
                if (!some.isEmpty()) {
                    due.add(new Batch(run, some));
                }
            }
            if (due.isEmpty()) {
                wait();
            }
        }
        return due;
    }

    private synchronized void pause() throws InterruptedException {
        long end = System.nanoTime() + RETRY.toNanos();
        long left = RETRY.toMillis();
        while (left > 0 && !isClosed) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
    }

    /** Sends contacts; those that another try may bring stay, also when the run has not begun there. */
    private boolean isSent(Batch batch) {
        Optional<RpcException> failure = Optional.empty();
        try {
            recipient.contacted(batch.run().policy, batch.contacts());
        } catch (RpcException refused) {
            failure = Optional.of(refused);
        } catch (RuntimeException bug) {
            log.warn("bug", "contacts were not recorded: " + RateLimitedLog.bug(bug));
        }
        if (failure.filter(ContactReports::isForNow).isPresent() && batch.run().failures < MOST_FAILURES) {
            batch.run().failures++;
            return false;
        }
        batch.run().failures = 0;
        failure.ifPresent(refused -> log.warn("reached", "contacts were not recorded: " + refused.getMessage()));
        synchronized (this) {
            batch.contacts().forEach(batch.run().unsent::remove);
        }
        return true;
    }

    private static boolean isForNow(RpcException refused) {
        return switch (refused.kind()) {
            case NOT_FOUND, UNAVAILABLE, TIMEOUT -> true;
            case PARSE, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, INTERNAL, DENIED, CONFLICT -> false;
        };
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        notifyAll();
    }
}
