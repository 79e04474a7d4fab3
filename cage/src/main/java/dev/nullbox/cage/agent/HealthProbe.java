package dev.nullbox.cage.agent;

import dev.nullbox.manifest.HealthCheck;
import dev.nullbox.service.TerminalText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Health check of one running agent: HTTP GET at its own address. Any status of 200 to 299 is good. The manifest's number
 * of failures in a row is reported once.
 */
final class HealthProbe implements AutoCloseable {
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(5);
    private static final int MAX_STATUS_BYTES = 1024;

    private final InetAddress agent;
    private final HealthCheck.Http check;
    private final Duration limit;
    private final Consumer<String> unhealthy;
    private boolean isClosed;

    private HealthProbe(InetAddress agent, HealthCheck.Http check, Duration limit, Consumer<String> unhealthy) {
        this.agent = agent;
        this.check = check;
        this.limit = limit;
        this.unhealthy = unhealthy;
    }

    /**
     * Begins; the first question comes after one interval.
     *
     * @param limit of one question and its answer; see {@link #limit}
     * @param unhealthy takes the reason, in one line
     */
    static HealthProbe start(InetAddress agent, HealthCheck.Http check, Duration limit, Consumer<String> unhealthy) {
        HealthProbe probe = new HealthProbe(agent, check, limit, unhealthy);
        Thread.ofPlatform()
                .daemon()
                .name("cage-health-" + agent.getHostAddress())
                .start(probe::run);
        return probe;
    }

    /** Time limit of one check: five seconds, and never longer than the interval. */
    static Duration limit(HealthCheck.Http check) {
        return check.interval().compareTo(LONGEST_ANSWER) < 0 ? check.interval() : LONGEST_ANSWER;
    }

    private void run() {
        int failures = 0;
        try {
            while (awaitInterval()) {
                String problem = probe();
                failures = problem.isEmpty() ? 0 : failures + 1;
                if (failures == check.maxFailures()) {
                    unhealthy.accept("health check failed " + failures + " times in a row, at last: " + problem);
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for an interval; false when it was closed. */
    private synchronized boolean awaitInterval() throws InterruptedException {
        long deadline = System.nanoTime() + check.interval().toNanos();
        long left = check.interval().toMillis();
        while (!isClosed && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        return !isClosed;
    }

    /** The problem in one line; empty when the agent is well. */
    private String probe() {
        long deadline = System.nanoTime() + limit.toNanos();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(agent, check.port()), (int) limit.toMillis());
            String request = "GET " + check.path() + " HTTP/1.1\r\nHost: " + agent.getHostAddress() + ":" + check.port()
                    + "\r\nUser-Agent: nullbox\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String status = statusLine(socket, deadline);
            boolean isGood = status.startsWith("HTTP/1.") && status.startsWith(" 2", 8);
            return isGood ? "" : "answered " + TerminalText.escaped(status);
        } catch (IOException e) {
            return "no answer: " + e.getMessage();
        }
    }

    private static String statusLine(Socket socket, long deadline) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0 || line.size() == MAX_STATUS_BYTES) {
                throw new IOException("no status line in time");
            }
            socket.setSoTimeout((int) left);
            int next = in.read();
            if (next < 0 || next == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1).strip();
            }
            line.write(next);
        }
    }

    /** Asks no more. */
    @Override
    public synchronized void close() {
        isClosed = true;
        notifyAll();
    }
}
