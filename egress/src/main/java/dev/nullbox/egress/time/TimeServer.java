package dev.nullbox.egress.time;

import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * NTP server with one socket for all gateway addresses: it gives agents the appliance's own clock, by which their
 * certificates and records are judged. That clock is the machine's, and nothing corrects it: the server says so as an
 * uncalibrated local clock of stratum {@value #STRATUM}, which a client that has a better source leaves aside. The packet
 * filter bounds the rate of each agent. An answer is as long as the shortest request.
 *
 * <pre>
 *  0 leap (2 bits), version (3), mode (3) | 1 stratum | 2 poll | 3 precision
 *  4 root delay | 8 root dispersion | 12 reference id
 * 16 reference time | 24 origin time | 32 receive time | 40 transmit time
 * </pre>
 *
 * Source: RFC 5905 section 7.3, RFC 4330.
 */
public final class TimeServer implements AutoCloseable {
    static final int PACKET_BYTES = 48;
    static final int STRATUM = 10;

    private static final int NEWEST_VERSION = 4;
    private static final int CLIENT = 3;
    private static final int SERVER = 4;
    private static final int NOT_SET = 3;
    private static final int TRANSMIT_OFFSET = 40;
    /** Of a clock that is read by the microsecond: 2 to the power of -20 s. */
    private static final byte PRECISION = -20;

    /** Seconds from NTP's epoch, 1900, to that of Unix. */
    private static final long EPOCHS_APART_S = 2_208_988_800L;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** A clock before this was never set: it is a machine whose battery is empty. */
    private static final Instant EARLIEST = Instant.parse("2025-01-01T00:00:00Z");

    private final DatagramSocket socket;
    private final Predicate<InetAddress> agents;
    private final Clock clock;
    private final RateLimitedLog log;

    private TimeServer(DatagramSocket socket, Predicate<InetAddress> agents, Clock clock, RateLimitedLog log) {
        this.socket = socket;
        this.agents = agents;
        this.clock = clock;
        this.log = log;
    }

    /**
     * Listens at all IPv4 addresses.
     *
     * @param agents tells whether an address is an agent's
     * @param port 123, or 0 for one of the kernel's choice
     * @throws IOException when the port is taken
     */
    public static TimeServer open(Predicate<InetAddress> agents, Clock clock, int port, RateLimitedLog log)
            throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port);
        TimeServer server = new TimeServer(new DatagramSocket(any), agents, clock, log);
        Thread.ofPlatform().name("time").daemon().start(server::serve);
        return server;
    }

    private void serve() {
        byte[] buffer = new byte[PACKET_BYTES];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                Instant received = clock.instant();
                if (!agents.test(packet.getAddress())) {
                    continue;
                }
                Optional<byte[]> answer = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()), received, clock);
                if (answer.isPresent()) {
                    socket.send(new DatagramPacket(answer.get(), PACKET_BYTES, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    log.warn("time", "the time server's socket: " + e.getMessage());
                }
            } catch (RuntimeException bug) {
                log.warn("bug", "time was not told: " + RateLimitedLog.bug(bug));
            }
        }
    }

    /**
     * Answer to a client's packet; empty for anything else.
     *
     * @param request the packet, or its first bytes
     */
    static Optional<byte[]> answer(ByteBuffer request, Instant received, Clock clock) {
        if (request.remaining() < PACKET_BYTES) {
            return Optional.empty();
        }
        int first = request.get(0);
        int version = first >> 3 & 7;
        if ((first & 7) != CLIENT || version < 1 || version > NEWEST_VERSION) {
            return Optional.empty();
        }
        boolean isSet = !received.isBefore(EARLIEST);
        ByteBuffer answer = ByteBuffer.allocate(PACKET_BYTES);
        answer.put((byte) ((isSet ? 0 : NOT_SET) << 6 | version << 3 | SERVER));
        answer.put((byte) (isSet ? STRATUM : 0));
        answer.put(request.get(2)).put(PRECISION);
        answer.putInt(0).putInt(0);
        answer.put((isSet ? "LOCL" : "INIT").getBytes(StandardCharsets.US_ASCII));
        answer.putLong(isSet ? timestamp(received) : 0);
        answer.putLong(request.getLong(TRANSMIT_OFFSET));
        answer.putLong(timestamp(received)).putLong(timestamp(clock.instant()));
        return Optional.of(answer.array());
    }

    /** Seconds since 1900 and their fraction, 32 bits each: they wrap in 2036, and the client knows the era. */
    static long timestamp(Instant time) {
        long seconds = time.getEpochSecond() + EPOCHS_APART_S;
        long fraction = ((long) time.getNano() << Integer.SIZE) / NANOS_PER_SECOND;
        return seconds << Integer.SIZE | fraction;
    }

    /** The port that it listens at. */
    int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        socket.close();
    }
}
