package dev.nullbox.smoketest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Server of the test's own on this machine's loopback, TCP and UDP on one port. It records what arrived, which is what
 * tests assert on: a client's error says little about what was sent, an arrival is certain.
 */
final class TestServer implements AutoCloseable {
    private static final int READ_LIMIT_MS = 10_000;

    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final String greeting;
    private final List<String> arrivals = new ArrayList<>();

    private TestServer(ServerSocket tcp, DatagramSocket udp, String greeting) {
        this.tcp = tcp;
        this.udp = udp;
        this.greeting = greeting;
    }

    /** Listens on a free port; answers each first line with the greeting. */
    static TestServer start(String greeting) throws IOException {
        ServerSocket tcp = new ServerSocket();
        tcp.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getLoopbackAddress());
        TestServer server = new TestServer(tcp, udp, greeting);
        thread("tcp", server::acceptAll);
        thread("udp", server::receiveAll);
        return server;
    }

    int port() {
        return tcp.getLocalPort();
    }

    /**
     * Arrivals: the first line of each connection (empty when none was sent), and {@code udp TEXT} for each datagram.
     */
    synchronized List<String> arrivals() {
        return List.copyOf(arrivals);
    }

    /** Waits for so many arrivals; false at the timeout. */
    synchronized boolean awaitArrivals(int count, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (arrivals.size() < count) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private synchronized void arrived(String what) {
        arrivals.add(what);
        notifyAll();
    }

    private static void thread(String name, Runnable body) {
        Thread thread = new Thread(body, "test-server-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket connection = tcp.accept();
                thread("connection", () -> serve(connection));
            }
        } catch (IOException _) {
            // close() ends the thread.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setSoTimeout(READ_LIMIT_MS);
            String line = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            arrived(line == null ? "" : line);
            connection.getOutputStream().write((greeting + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            arrived("broken connection: " + e.getMessage());
        }
    }

    private void receiveAll() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                udp.receive(packet);
                arrived("udp " + new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8).strip());
            }
        } catch (IOException _) {
            // close() ends the thread.
        }
    }

    @Override
    public void close() throws IOException {
        tcp.close();
        udp.close();
    }
}
