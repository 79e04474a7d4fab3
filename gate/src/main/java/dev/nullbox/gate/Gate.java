package dev.nullbox.gate;

import dev.nullbox.gate.head.Inspector;
import dev.nullbox.gate.open.Opener;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Epoll;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/** Event loop of the gate: one thread owns its listener and all of its connections. */
final class Gate implements AutoCloseable {
    private static final int ACCEPTS_PER_TURN = 32;
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int TICK_MILLIS = 500;
    /** Key of the listener; a connection's are its number, and that with the bit of the far side. */
    private static final long LISTENER = 0;

    private static final long FAR = 1L << 62;

    static {
        if (BUFFER_BYTES < Inspector.MOST) {
            throw new IllegalStateException("the buffer is smaller than what an inspector needs");
        }
    }

    private final TcpSockets tcp;
    private final Poller poller;
    private final GateLimits limits;
    private final RateLimitedLog log;
    private final Egress egress;
    private final Warden warden;
    private final Optional<Opener> opener;
    private final int listener;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Map<Long, Flow> flows = new HashMap<>();
    private final Map<InetAddress, Integer> flowsOf = new HashMap<>();
    private final Deque<Flow> busy = new ArrayDeque<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private long lastKey = LISTENER;
    private long generation;
    private long lastTick = System.nanoTime();
    private volatile boolean closing;

    private Gate(Libc libc, Path sockets, int port, GateLimits limits, RateLimitedLog log) throws IOException {
        this.tcp = new TcpSockets(libc);
        this.poller = new Poller(libc);
        this.limits = limits;
        this.log = log;
        this.egress = new Egress(sockets, limits.answer(), this::later, log);
        this.warden = new Warden(sockets, limits.answer(), this::later, log, HeapWiper.start());
        this.opener = Opener.rehearsed(log);
        this.listener = tcp.listen(port);
        poller.add(listener, LISTENER, Epoll.EPOLLIN);
    }

    /**
     * Listens; connections are accepted once it runs.
     *
     * @param sockets the directory of the services' sockets
     * @throws IOException when the port cannot be bound
     * @throws RpcException when egress does not answer
     */
    static Gate open(Libc libc, Path sockets, int port, GateLimits limits, RateLimitedLog log)
            throws IOException, RpcException {
        Gate gate = new Gate(libc, sockets, port, limits, log);
        gate.egress.watch(gate::recheck);
        gate.warden.watch(gate::leasesEnded);
        return gate;
    }

    TcpSockets tcp() {
        return tcp;
    }

    GateLimits limits() {
        return limits;
    }

    Egress egress() {
        return egress;
    }

    Warden warden() {
        return warden;
    }

    /**
     * Its own TLS.
     *
     * @throws IOException when it does not work
     */
    Opener opener() throws IOException {
        return opener.orElseThrow(() -> new IOException("the gate's own TLS does not work; its first lines say why"));
    }

    RateLimitedLog log() {
        return log;
    }

    /** Tells whether one more connection of an agent may be opened. */
    boolean mayOpen(InetAddress from) {
        List<Flow> opened = flows.values().stream().filter(Flow::isOpened).toList();
        return opened.size() < limits.opened()
                && opened.stream()
                                .filter(flow -> flow.accepted().from().equals(from))
                                .count()
                        < limits.openedOfOne();
    }

    private void leasesEnded() {
        List.copyOf(flows.values()).forEach(Flow::endWithout);
    }

    /** The one buffer, whose content is nobody's after the present step. */
    byte[] buffer() {
        return buffer;
    }

    /** Count of the changes of what agents may reach, as far as egress has told them. */
    long generation() {
        return generation;
    }

    private void later(Runnable task) {
        tasks.add(task);
        poller.wake();
    }

    /** Runs until it is closed. */
    void run() throws IOException {
        while (!closing) {
            poller.await(busy.isEmpty() ? TICK_MILLIS : 0, this::event);
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            for (int i = busy.size(); i > 0; i--) {
                advance(busy.remove(), Flow::proceed);
            }
            tick(System.nanoTime());
        }
        List.copyOf(flows.values()).forEach(Flow::reset);
    }

    private void event(long key, int events) {
        if (key == LISTENER) {
            accept();
            return;
        }
        Flow flow = flows.get(key & ~FAR);
        // An event of a connection that ended earlier in this turn has no receiver.
        if (flow != null) {
            advance(flow, one -> one.event((key & FAR) != 0, events));
        }
    }

    /** Goes on with a connection whose answer has come. */
    void settled(Flow flow) {
        advance(flow, Flow::proceed);
    }

    /** Gives a connection one turn, and another if it has more to do; a bug ends that connection alone. */
    private void advance(Flow flow, Predicate<Flow> step) {
        try {
            if (step.test(flow) && !busy.contains(flow)) {
                busy.add(flow);
            }
        } catch (RuntimeException bug) {
            log.warn("bug", "a connection is ended: " + RateLimitedLog.bug(bug));
            flow.reset();
        }
    }

    private void accept() {
        try {
            for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
                Optional<TcpSockets.Accepted> accepted = tcp.accept(listener);
                if (accepted.isEmpty()) {
                    return;
                }
                begin(accepted.get());
            }
        } catch (SyscallException failure) {
            log.warn("accept", "a connection cannot be accepted: " + failure.getMessage());
        }
    }

    private void begin(TcpSockets.Accepted accepted) throws SyscallException {
        int own = flowsOf.getOrDefault(accepted.from(), 0);
        boolean isFull = own >= limits.connectionsOfOne()
                || flows.size() >= limits.connections() - (own < limits.few() ? 0 : limits.reserved());
        if (isFull) {
            log.warn("full", accepted.from().getHostAddress() + " has " + own + " connections of " + flows.size());
            tcp.reset(accepted.fd());
            return;
        }
        long key = ++lastKey;
        Flow flow = new Flow(key, accepted, this);
        flows.put(key, flow);
        flowsOf.merge(accepted.from(), 1, Integer::sum);
        watch(accepted.fd(), key, false);
    }

    /** Watches a socket of a connection. */
    void watch(int fd, long key, boolean isFar) throws SyscallException {
        poller.add(fd, isFar ? key | FAR : key, Epoll.EPOLLIN | Epoll.EPOLLOUT | Epoll.EPOLLRDHUP | Epoll.EPOLLET);
    }

    /** Forgets a connection. */
    void ended(long key, Flow flow) {
        flows.remove(key);
        flowsOf.computeIfPresent(flow.accepted().from(), (_, count) -> count == 1 ? null : count - 1);
    }

    private void tick(long now) {
        if (now - lastTick >= TICK_MILLIS * 1_000_000L) {
            lastTick = now;
            List.copyOf(flows.values())
                    .forEach(flow -> advance(flow, one -> {
                        one.tick(now);
                        return false;
                    }));
        }
    }

    /** Asks again for each connection that was allowed, those of one question together. */
    private void recheck() {
        generation++;
        Set<Question> asked = new HashSet<>();
        for (Flow flow : new ArrayList<>(flows.values())) {
            Optional<Question> question = flow.allowed();
            if (question.isPresent() && asked.add(question.get())) {
                egress.ask(question.get().repeated(), answer -> {
                    if (answer instanceof Egress.Answer.Denied) {
                        resetAll(question.get());
                    }
                });
            }
        }
    }

    private void resetAll(Question question) {
        List.copyOf(flows.values()).stream()
                .filter(flow -> flow.allowed().filter(question::equals).isPresent())
                .forEach(Flow::reset);
    }

    @Override
    public void close() {
        closing = true;
        poller.wake();
    }
}
