package dev.nullbox.egress.dns;

import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.service.RateLimitedLog;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Sockets of the resolver, one of UDP and one of TCP for all gateway addresses. The packet filter decides which packets
 * arrive; the source address identifies the agent, as the filter drops packets with any other. An agent has at most
 * {@value #MOST_OF_ONE} queries and connections in progress; further ones are dropped, and its guest repeats them.
 * Source: RFC 1035 section 4.2, RFC 7766.
 */
public final class DnsServer implements AutoCloseable {
    private static final int MOST = 64;
    private static final int MOST_OF_ONE = 8;
    private static final int QUESTIONS_PER_CONNECTION = 64;
    private static final int MAX_QUESTION = 4096;
    private static final int MAX_ANSWER = 65_535;
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final long THREAD_IDLE_S = 30;

    private final Function<InetAddress, Optional<AgentNames>> agents;
    private final Resolver resolver;
    private final RateLimitedLog log;
    private final DatagramSocket datagrams;
    private final ServerSocket connections;
    private final ExecutorService workers = new ThreadPoolExecutor(
            0, MOST, THREAD_IDLE_S, TimeUnit.SECONDS, new SynchronousQueue<>(), DnsServer::worker);
    private final Map<InetAddress, Semaphore> underWay = new ConcurrentHashMap<>();

    private DnsServer(
            Function<InetAddress, Optional<AgentNames>> agents,
            Resolver resolver,
            RateLimitedLog log,
            DatagramSocket datagrams,
            ServerSocket connections) {
        this.agents = agents;
        this.resolver = resolver;
        this.log = log;
        this.datagrams = datagrams;
        this.connections = connections;
    }

    /**
     * Dependencies of a server.
     *
     * @param agents the agent that has an address, if any
     * @param network of the agents
     * @param upstream the name servers, in their order, at the time of a query
     * @param admission the packet filter
     * @param listener takes refused queries
     */
    public record Parts(
            Function<InetAddress, Optional<AgentNames>> agents,
            AgentNetwork network,
            NameServers upstream,
            Admission admission,
            Resolver.Listener listener) {}

    /**
     * Listens at all IPv4 addresses.
     *
     * @param port 53, or 0 for one of the kernel's choice
     * @throws IOException when the port is taken
     */
    public static DnsServer open(Parts parts, int port, RateLimitedLog log) throws IOException {
        Resolver resolver = new Resolver(
                new Upstream(parts.upstream()::current),
                new AnswerCache(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime())),
                parts.network(),
                parts.admission(),
                parts.listener());
        InetAddress any = InetAddress.ofLiteral("0.0.0.0");
        DatagramSocket datagrams = new DatagramSocket(new InetSocketAddress(any, port));
        try {
            ServerSocket connections = new ServerSocket();
            connections.setReuseAddress(true);
            connections.bind(new InetSocketAddress(any, datagrams.getLocalPort()), MOST);
            DnsServer server = new DnsServer(parts.agents(), resolver, log, datagrams, connections);
            start("dns-udp", server::receive);
            start("dns-tcp", server::accept);
            return server;
        } catch (IOException taken) {
            datagrams.close();
            throw taken;
        }
    }

    /** As {@link Resolver#stands}. */
    public boolean stands(AgentNames agent, String name, String address) {
        return resolver.stands(agent, name, address);
    }

    /** The port that it listens at. */
    int port() {
        return datagrams.getLocalPort();
    }

    private static Thread worker(Runnable task) {
        return Thread.ofPlatform().name("dns").daemon().unstarted(task);
    }

    private static void start(String name, Runnable loop) {
        Thread.ofPlatform().name(name).daemon().start(loop);
    }

    private void receive() {
        byte[] buffer = new byte[MAX_QUESTION];
        while (!datagrams.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                datagrams.receive(packet);
                byte[] question = Arrays.copyOf(buffer, packet.getLength());
                SocketAddress from = packet.getSocketAddress();
                begin(packet.getAddress(), agent -> answer(agent, question, from), () -> {});
            } catch (IOException e) {
                noticed(e);
            }
        }
    }

    private void accept() {
        while (!connections.isClosed()) {
            try {
                Socket client = connections.accept();
                begin(client.getInetAddress(), agent -> serve(agent, client), () -> close(client));
            } catch (IOException e) {
                noticed(e);
            }
        }
    }

    /** Work for one agent's query or connection. */
    @FunctionalInterface
    private interface Work {
        void run(AgentNames agent) throws IOException;
    }

    /** Runs work in a thread of its own, if the address is an agent's and the agent has room for it. */
    private void begin(InetAddress address, Work work, Runnable dropped) {
        Optional<AgentNames> agent = agents.apply(address);
        Semaphore permits = underWay.computeIfAbsent(address, _ -> new Semaphore(MOST_OF_ONE));
        if (agent.isEmpty() || !permits.tryAcquire()) {
            log.warn(
                    "dropped",
                    address.getHostAddress() + (agent.isEmpty() ? " is no agent's" : " asks too much at once"));
            dropped.run();
            return;
        }
        try {
            workers.execute(() -> {
                try {
                    work.run(agent.get());
                } catch (IOException e) {
                    noticed(e);
                } catch (RuntimeException bug) {
                    log.warn("bug", "a question was not answered: " + RateLimitedLog.bug(bug));
                } finally {
                    permits.release();
                }
            });
        } catch (RejectedExecutionException full) {
            permits.release();
            dropped.run();
        }
    }

    private void answer(AgentNames agent, byte[] question, SocketAddress to) throws IOException {
        Optional<byte[]> answer = resolver.answer(agent, question, Upstream.UDP_BYTES);
        if (answer.isPresent()) {
            datagrams.send(new DatagramPacket(answer.get(), answer.get().length, to));
        }
    }

    private void serve(AgentNames agent, Socket client) throws IOException {
        try (client) {
            client.setSoTimeout((int) IDLE.toMillis());
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            for (int i = 0; i < QUESTIONS_PER_CONNECTION; i++) {
                byte[] question = new byte[in.readUnsignedShort()];
                in.readFully(question);
                Optional<byte[]> answer = resolver.answer(agent, question, MAX_ANSWER);
                if (answer.isEmpty()) {
                    return;
                }
                out.write(Upstream.framed(answer.get()));
            }
        } catch (EOFException | SocketTimeoutException over) {
            // The client has no further query.
        }
    }

    private void noticed(IOException e) {
        if (!datagrams.isClosed()) {
            log.warn("socket", "a name server's socket: " + e.getMessage());
        }
    }

    private static void close(Socket client) {
        try {
            client.close();
        } catch (IOException e) {
            throw new IllegalStateException("a refused connection could not be closed", e);
        }
    }

    @Override
    public void close() {
        datagrams.close();
        try {
            connections.close();
        } catch (IOException e) {
            log.warn("socket", "the name server's socket could not be closed: " + e.getMessage());
        }
        workers.shutdownNow();
    }
}
