package dev.nullbox.cage;

import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What one agent is served by the host on its gateway address: {@code GET /secrets/NAME} for the secrets that its
 * manifest has it fetch. HTTP/1.1, one connection at a time, one request a connection; whoever comes is that agent.
 *
 * <p>200 has the secret's bytes; all else is JSON {@code {"error":{"code","message"}}}: 403 for a canary, 404 for another
 * path or name, 405, 410 when the loan is used up, over or taken back, 503 when the vault is out of reach.
 */
final class AgentApi implements AutoCloseable {
    private static final int BACKLOG = 8;
    private static final int MAX_HEAD_BYTES = 8192;
    private static final long REQUEST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String PREFIX = "/secrets/";

    /** Where secrets come from. */
    @FunctionalInterface
    interface Fetch {
        /** The secret; the caller closes it. */
        Secret fetch(String name) throws RpcException;
    }

    private final ServerSocket server;
    private final Set<String> names;
    private final Fetch source;
    private final Runnable canary;

    private AgentApi(ServerSocket server, Set<String> names, Fetch source, Runnable canary) {
        this.server = server;
        this.names = names;
        this.source = source;
        this.canary = canary;
    }

    /**
     * Serves until closed.
     *
     * @param canary is run when the agent asks for a secret that nobody may have
     */
    static AgentApi open(InetAddress address, int port, Set<String> names, Fetch source, Runnable canary)
            throws IOException {
        AgentApi api = new AgentApi(new ServerSocket(port, BACKLOG, address), Set.copyOf(names), source, canary);
        Thread thread = new Thread(api::serve, "cage-api-" + address.getHostAddress());
        thread.setDaemon(true);
        thread.start();
        return api;
    }

    int port() {
        return server.getLocalPort();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                answer(client);
            } catch (IOException e) {
                complainUnlessClosed(e);
            }
        }
    }

    /** The pause keeps a listener that cannot accept from spinning. */
    private void complainUnlessClosed(IOException e) {
        if (!server.isClosed()) {
            System.err.println("cage: an agent's request was not answered: " + e.getMessage());
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void answer(Socket client) throws IOException {
        String head = head(client);
        OutputStream out = client.getOutputStream();
        String[] words = head.split(" ", -1);
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            error(out, "400 Bad Request", "BAD_REQUEST", "not a request of HTTP/1.1");
        } else if (!words[0].equals("GET")) {
            error(out, "405 Method Not Allowed", "METHOD", "use GET");
        } else if (!words[1].startsWith(PREFIX) || !names.contains(words[1].substring(PREFIX.length()))) {
            error(out, "404 Not Found", "UNKNOWN", "ask for " + PREFIX + "NAME, a secret that AGENT.toml has fetched");
        } else {
            secret(out, words[1].substring(PREFIX.length()));
        }
    }

    private void secret(OutputStream out, String name) throws IOException {
        try (Secret secret = source.fetch(name)) {
            head(out, "200 OK", "application/octet-stream", secret.value().length);
            out.write(secret.value());
            out.flush();
        } catch (RpcException e) {
            switch (e.detail()) {
                case "LEASE_SPENT", "LEASE_EXPIRED", "LEASE_REVOKED", "LEASE_ENDED" ->
                    error(out, "410 Gone", e.detail(), e.getMessage());
                case "CANARY" -> {
                    canary.run();
                    error(out, "403 Forbidden", "DENIED", "nobody may have this secret");
                }
                default -> error(out, "503 Service Unavailable", e.detail(), "the vault does not answer; try later");
            }
        }
    }

    /** The request's first line, when all of its head has come in time. */
    private static String head(Socket client) throws IOException {
        long deadline = System.nanoTime() + REQUEST_NANOS;
        InputStream in = client.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0 || head.size() == MAX_HEAD_BYTES) {
                throw new IOException("no whole request within 5 s and " + MAX_HEAD_BYTES + " bytes");
            }
            client.setSoTimeout((int) left);
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

    private static void head(OutputStream out, String status, String type, int length) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + length
                        + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static void error(OutputStream out, String status, String code, String message) throws IOException {
        JsonObject error = new JsonObject();
        error.addProperty("code", code);
        error.addProperty("message", message);
        JsonObject body = new JsonObject();
        body.add("error", error);
        byte[] json = Json.bytes(body);
        head(out, status, "application/json", json.length);
        out.write(json);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
