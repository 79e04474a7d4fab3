package dev.nullbox.cage.secrets;

import dev.nullbox.cage.jail.Secret;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.ScrubbedBuffer;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.TokenBucket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * HTTP API of one agent on its gateway address: {@code GET /secrets/NAME} for the secrets that its manifest has it
 * fetch. HTTP/1.1, one connection at a time, one request a connection. Connections from any address but the agent's are
 * closed.
 *
 * <p>200 has the secret's bytes; all else is JSON {@code {"error":{"code","message"}}}: 403 for a canary, 404 for
 * another path or name, 405, 410 when the lease is used up, has ended or was revoked, or the leased version was
 * destroyed, 429 when too many requests were refused, 503 when the vault does not answer.
 *
 * <p>Every name is passed to the warden, also one that the manifest does not have: it records the request, and knows
 * the canaries. Whatever else it answers for such a name, the agent gets the same 404, so that it cannot find out which
 * names exist. The failure budget bounds failed requests: {@link #REFUSALS}, and one a second after them, reach the
 * warden, so that an agent floods neither it nor the audit log.
 */
public final class AgentApi implements AutoCloseable {
    private static final int BACKLOG = 8;
    private static final int SEND_BUFFER_BYTES = 256 * 1024;
    private static final int PIECE_BYTES = 4096;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String PREFIX = "/secrets/";
    private static final Set<VaultReason> GONE = Set.of(
            VaultReason.LEASE_SPENT,
            VaultReason.LEASE_EXPIRED,
            VaultReason.LEASE_REVOKED,
            VaultReason.LEASE_ENDED,
            VaultReason.LEASE_UNKNOWN,
            VaultReason.SECRET_UNKNOWN,
            VaultReason.SECRET_DELETED,
            VaultReason.VERSION_UNKNOWN,
            VaultReason.VERSION_DESTROYED);
    /** Failure budget: most requests that may fail at once. */
    static final int REFUSALS = 20;

    /** Time after which the budget gains one failure. */
    static final long MILLIS_PER_REFUSAL = 1_000;

    /** Source of secrets. */
    @FunctionalInterface
    public interface Fetch {
        /** The secret; the caller closes it. */
        Secret fetch(String name) throws RpcException;
    }

    /**
     * Agent that the API serves.
     *
     * @param address source address of its connections
     * @param names names of the secrets that it may fetch
     * @param source source of the secrets
     * @param canary runs when it requests a canary
     */
    public record Client(InetAddress address, Set<String> names, Fetch source, Runnable canary) {
        public Client {
            names = Set.copyOf(names);
        }
    }

    /**
     * Shared parts of all agents' APIs.
     *
     * @param wiper wipes the heap after each secret
     * @param log log of misuse by agents and other clients
     */
    public record Host(HeapWiper wiper, RateLimitedLog log, LongSupplier clockMillis) {}

    private final ServerSocketChannel server;
    private final Client agent;
    private final Host host;
    private final TokenBucket refusals;
    private final ScrubbedBuffer piece = new ScrubbedBuffer(PIECE_BYTES);

    private AgentApi(ServerSocketChannel server, Client agent, Host host) {
        this.server = server;
        this.agent = agent;
        this.host = host;
        this.refusals =
                new TokenBucket(REFUSALS, MILLIS_PER_REFUSAL, host.clockMillis().getAsLong());
    }

    /** Serves until closed. */
    public static AgentApi open(InetAddress address, int port, Client agent, Host host) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        AgentApi api = new AgentApi(server, agent, host);
        Thread.ofPlatform()
                .daemon()
                .name("cage-api-" + address.getHostAddress())
                .start(api::serve);
        return api;
    }

    int port() {
        return server.socket().getLocalPort();
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                if (client.getRemoteAddress() instanceof InetSocketAddress from
                        && from.getAddress().equals(agent.address())) {
                    // Room for the longest value: a client that does not read must not keep the thread, nor the secret.
                    client.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
                    HttpExchange exchange = new HttpExchange(client, piece);
                    respond(exchange);
                    exchange.drain();
                } else {
                    warn("a connection from another address than its own was closed");
                }
            } catch (IOException e) {
                pause("request failed", String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                // Without its API an agent could fetch nothing more, and raise no alarm.
                pause("request failed by a bug", RateLimitedLog.bug(e));
            }
        }
    }

    /** Pauses, so that a listener that cannot accept does not spin. */
    private void pause(String what, String why) {
        if (server.isOpen()) {
            warn(what, why);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void warn(String what) {
        warn(what, "");
    }

    /** @param what one of few, the same each time */
    private void warn(String what, String why) {
        String kind = "the agent at " + agent.address().getHostAddress() + ": " + what;
        host.log().warn(kind, why.isEmpty() ? kind : kind + ": " + why);
    }

    private void respond(HttpExchange client) throws IOException {
        String[] words = client.requestLine().split(" ", -1);
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            client.error("400 Bad Request", AgentReason.BAD_REQUEST.name(), "not a request of HTTP/1.1");
        } else if (!words[0].equals("GET")) {
            client.error("405 Method Not Allowed", AgentReason.METHOD.name(), "use GET");
        } else if (!isSecretsPath(words[1])) {
            unknown(client);
        } else {
            secret(client, words[1].substring(PREFIX.length()));
        }
    }

    private static boolean isSecretsPath(String path) {
        if (!path.startsWith(PREFIX)) {
            return false;
        }
        try {
            var _ = new SecretName(path.substring(PREFIX.length()));
            return true;
        } catch (InvalidValueException e) {
            return false;
        }
    }

    private void secret(HttpExchange client, String name) throws IOException {
        if (refusals.isSpent(host.clockMillis().getAsLong())) {
            warn("too many failed secret requests; not forwarded to warden");
            client.error(
                    "429 Too Many Requests",
                    AgentReason.REFUSALS.name(),
                    "too many requests were refused; ask more slowly");
            return;
        }
        boolean isGiven = false;
        try (Secret secret = agent.source().fetch(name)) {
            isGiven = agent.names().contains(name);
            give(client, isGiven, secret);
        } catch (RpcException e) {
            refuse(client, name, e);
        } finally {
            // An interrupted response holds a part of it too.
            host.wiper().request();
            if (!isGiven) {
                refusals.take(host.clockMillis().getAsLong());
            }
        }
    }

    private void give(HttpExchange client, boolean isListed, Secret secret) throws IOException {
        if (isListed) {
            client.respond("200 OK", "application/octet-stream", secret.value());
        } else {
            warn("warden gave a secret that its manifest does not have; wiped", secret.name());
            unknown(client);
        }
    }

    private void refuse(HttpExchange client, String name, RpcException why) throws IOException {
        if (why.is(VaultReason.CANARY)) {
            agent.canary().run();
            client.error("403 Forbidden", AgentReason.DENIED.name(), "nobody may have this secret");
        } else if (!agent.names().contains(name)) {
            unknown(client);
        } else if (GONE.stream().anyMatch(why::is)) {
            client.error("410 Gone", why.detail(), why.getMessage());
        } else {
            client.error("503 Service Unavailable", why.detail(), "the vault does not answer; try later");
        }
    }

    private void unknown(HttpExchange client) throws IOException {
        client.error(
                "404 Not Found",
                AgentReason.UNKNOWN.name(),
                "ask for " + PREFIX + "NAME, a secret that AGENT.toml has fetched");
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
