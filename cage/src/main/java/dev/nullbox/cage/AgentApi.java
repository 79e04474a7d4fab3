package dev.nullbox.cage;

import com.google.gson.JsonObject;
import dev.nullbox.manifest.InvalidValueException;
import dev.nullbox.manifest.SecretName;
import dev.nullbox.rpc.HeapWiper;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.SocketPiece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * What one agent is served by the host on its gateway address: {@code GET /secrets/NAME} for the secrets that its
 * manifest has it fetch. HTTP/1.1, one connection at a time, one request a connection. Who comes from another address than
 * the agent's, as a process of the host may, is not answered.
 *
 * <p>200 has the secret's bytes; all else is JSON {@code {"error":{"code","message"}}}: 403 for a canary, 404 for another
 * path or name, 405, 410 when the loan is used up, over or taken back, or what was lent is gone from the vault, 429 when
 * too many requests were refused, 503 when the vault is out of reach.
 *
 * <p>The warden is asked for every name, those too that the manifest does not have: it writes down who asks, and knows
 * the canaries. Whatever else it says to such a name, the agent gets the same 404, so that it cannot tell which names
 * there are. Of requests that end without the secret the warden sees {@link #REFUSALS} and one a second after them: an
 * agent floods neither it nor the audit log.
 */
final class AgentApi implements AutoCloseable {
    private static final int BACKLOG = 8;
    private static final int MAX_HEAD_BYTES = 8192;
    private static final int PIECE_BYTES = 4096;
    private static final long REQUEST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final String PREFIX = "/secrets/";
    /** So many requests may fail at once. */
    static final int REFUSALS = 20;

    /** For each such time there is one more. */
    static final long MILLIS_PER_REFUSAL = 1_000;

    /** Where secrets come from. */
    @FunctionalInterface
    interface Fetch {
        /** The secret; the caller closes it. */
        Secret fetch(String name) throws RpcException;
    }

    /**
     * The agent that is served.
     *
     * @param address that it comes from
     * @param names of the secrets that it is given
     * @param source is asked for whatever it asks for
     * @param canary is run when it asks for a secret that nobody may have
     */
    record Client(InetAddress address, Set<String> names, Fetch source, Runnable canary) {
        Client {
            names = Set.copyOf(names);
        }
    }

    /**
     * What the daemon has for all agents.
     *
     * @param wiper is asked for a wiping after each secret
     * @param complaints is told of what agents and strangers do, in few words
     */
    record Host(HeapWiper wiper, Complaints complaints, LongSupplier clockMillis) {}

    private final ServerSocketChannel server;
    private final Client agent;
    private final Host host;
    private final Budget refusals;
    private final SocketPiece piece = new SocketPiece(PIECE_BYTES);

    private AgentApi(ServerSocketChannel server, Client agent, Host host) {
        this.server = server;
        this.agent = agent;
        this.host = host;
        this.refusals =
                new Budget(REFUSALS, MILLIS_PER_REFUSAL, host.clockMillis().getAsLong());
    }

    /** Serves until closed. */
    static AgentApi open(InetAddress address, int port, Client agent, Host host) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        AgentApi api = new AgentApi(server, agent, host);
        Thread thread = new Thread(api::serve, "cage-api-" + address.getHostAddress());
        thread.setDaemon(true);
        thread.start();
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
                    long deadline = System.nanoTime() + REQUEST_NANOS;
                    answer(client, deadline);
                    drain(client, deadline);
                } else {
                    complain("who asked for a secret of it came from elsewhere, and was not answered");
                }
            } catch (IOException e) {
                pause("its request was not answered", String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                // An agent whose API ended could be lent nothing more, and raise no alarm.
                pause("its request failed", Complaints.bug(e));
            }
        }
    }

    /** Keeps a listener that cannot accept from spinning. */
    private void pause(String what, String why) {
        if (server.isOpen()) {
            complain(what, why);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void complain(String what) {
        complain(what, "");
    }

    /** @param what one of few, the same each time */
    private void complain(String what, String why) {
        String kind = "the agent at " + agent.address().getHostAddress() + ": " + what;
        host.complaints().say(kind, why.isEmpty() ? kind : kind + ": " + why);
    }

    private void answer(SocketChannel client, long deadline) throws IOException {
        String head = head(client.socket(), deadline);
        String[] words = head.split(" ", -1);
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            error(client, "400 Bad Request", "BAD_REQUEST", "not a request of HTTP/1.1");
        } else if (!words[0].equals("GET")) {
            error(client, "405 Method Not Allowed", "METHOD", "use GET");
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

    private void secret(SocketChannel client, String name) throws IOException {
        if (refusals.isSpent(host.clockMillis().getAsLong())) {
            complain("it asks on for what it does not get, and the warden is not asked");
            error(client, "429 Too Many Requests", "REFUSALS", "too many requests were refused; ask more slowly");
            return;
        }
        boolean isGiven = false;
        try (Secret secret = agent.source().fetch(name)) {
            isGiven = agent.names().contains(name);
            give(client, isGiven, secret);
        } catch (RpcException e) {
            refuse(client, name, e);
        } finally {
            if (!isGiven) {
                refusals.take(host.clockMillis().getAsLong());
            }
        }
    }

    private void give(SocketChannel client, boolean isListed, Secret secret) throws IOException {
        try {
            if (isListed) {
                head(client, "200 OK", "application/octet-stream", secret.value().length);
                piece.write(client, ByteBuffer.wrap(secret.value()));
            } else {
                complain(
                        "the warden gave a secret for it that its manifest does not have; it was wiped", secret.name());
                unknown(client);
            }
        } finally {
            host.wiper().request();
        }
    }

    private void refuse(SocketChannel client, String name, RpcException why) throws IOException {
        if (why.detail().equals("CANARY")) {
            agent.canary().run();
            error(client, "403 Forbidden", "DENIED", "nobody may have this secret");
        } else if (!agent.names().contains(name)) {
            unknown(client);
        } else {
            switch (why.detail()) {
                case "LEASE_SPENT",
                        "LEASE_EXPIRED",
                        "LEASE_REVOKED",
                        "LEASE_ENDED",
                        "LEASE_UNKNOWN",
                        "SECRET_UNKNOWN",
                        "SECRET_DELETED",
                        "VERSION_UNKNOWN",
                        "VERSION_DESTROYED" -> error(client, "410 Gone", why.detail(), why.getMessage());
                default ->
                    error(client, "503 Service Unavailable", why.detail(), "the vault does not answer; try later");
            }
        }
    }

    private void unknown(SocketChannel client) throws IOException {
        error(client, "404 Not Found", "UNKNOWN", "ask for " + PREFIX + "NAME, a secret that AGENT.toml has fetched");
    }

    /** The request's first line, when all of its head has come in time. */
    private static String head(Socket client, long deadline) throws IOException {
        InputStream in = client.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int left = millisUntil(deadline);
            if (left <= 0 || head.size() == MAX_HEAD_BYTES) {
                throw new IOException("no whole request within 5 s and " + MAX_HEAD_BYTES + " bytes");
            }
            client.setSoTimeout(left);
            int next = in.read();
            if (next < 0) {
                throw new IOException("hung up before the request was whole");
            }
            head.write(next);
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        return text.substring(0, text.indexOf("\r\n"));
    }

    /** Closing with bytes unread would reset the connection, and the answer with it: takes them, for a while. */
    private static void drain(SocketChannel client, long deadline) throws IOException {
        client.shutdownOutput();
        InputStream in = client.socket().getInputStream();
        byte[] unwanted = new byte[PIECE_BYTES];
        try {
            int count = 0;
            for (int left = millisUntil(deadline); count >= 0 && left > 0; left = millisUntil(deadline)) {
                client.socket().setSoTimeout(left);
                count = in.read(unwanted);
            }
        } catch (SocketTimeoutException e) {
            // It has had its answer, and its time to hang up.
            return;
        }
    }

    private static int millisUntil(long deadline) {
        // Rounded up: no time at all would mean for ever to setSoTimeout.
        return (int) TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime() + NANOS_PER_MILLI - 1);
    }

    private void head(SocketChannel client, String status, String type, int length) throws IOException {
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + length
                + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        piece.write(client, ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
    }

    private void error(SocketChannel client, String status, String code, String message) throws IOException {
        JsonObject error = new JsonObject();
        error.addProperty("code", code);
        error.addProperty("message", message);
        JsonObject body = new JsonObject();
        body.add("error", error);
        byte[] json = Json.bytes(body);
        head(client, status, "application/json", json.length);
        piece.write(client, ByteBuffer.wrap(json));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
