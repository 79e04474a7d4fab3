package dev.nullbox.egress.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Client of the appliance's name servers. Each query has a socket of its own, and so a source port of the kernel's
 * choice, and a random id of its own; other answers are ignored (threat: spoofed answers). Source: RFC 5452, RFC 7766.
 */
final class Upstream {
    /** Bytes of an answer by UDP that pass any path: DNS flag day 2020. */
    static final int UDP_BYTES = 1232;

    private static final Duration TRY = Duration.ofMillis(1_500);
    private static final int ROUNDS = 2;
    private static final int MAX_DATAGRAM = 4096;

    private final Supplier<List<InetSocketAddress>> servers;
    private final SecureRandom random = new SecureRandom();

    /** @param servers the servers at the time of a query, in their order */
    Upstream(Supplier<List<InetSocketAddress>> servers) {
        this.servers = servers;
    }

    /** The name servers at this moment. */
    List<InetSocketAddress> servers() {
        return servers.get();
    }

    /**
     * Queries a name's addresses, each server twice at most.
     *
     * @param known the name servers
     * @throws IOException when none answers in time
     */
    Message ask(List<InetSocketAddress> known, Name name) throws IOException {
        if (known.isEmpty()) {
            throw new IOException("no name server is known: neither DHCP nor nullbox.resolvers= names one");
        }
        IOException last = new IOException("no name server answered");
        for (int round = 0; round < ROUNDS; round++) {
            for (InetSocketAddress server : known) {
                try {
                    return askOne(server, name);
                } catch (IOException e) {
                    last = new IOException("the name server " + server + " does not answer: " + e.getMessage(), e);
                }
            }
        }
        throw last;
    }

    private Message askOne(InetSocketAddress server, Name name) throws IOException {
        Message question = new Message(random.nextInt(1 << Short.SIZE));
        question.getHeader().setFlag(Flags.RD);
        question.addRecord(Record.newRecord(name, Type.A, DClass.IN), Section.QUESTION);
        question.addRecord(new OPTRecord(UDP_BYTES, 0, 0), Section.ADDITIONAL);
        long end = System.nanoTime() + TRY.toNanos();
        Message answer = byUdp(server, question, end);
        return answer.getHeader().getFlag(Flags.TC) ? byTcp(server, question) : answer;
    }

    private static Message byUdp(InetSocketAddress server, Message question, long end) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            byte[] wire = question.toWire();
            socket.send(new DatagramPacket(wire, wire.length));
            DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM], MAX_DATAGRAM);
            while (true) {
                socket.setSoTimeout(left(end));
                packet.setLength(MAX_DATAGRAM);
                socket.receive(packet);
                byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                Optional<Message> answer = answer(bytes, question);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
        }
    }

    private static Message byTcp(InetSocketAddress server, Message question) throws IOException {
        try (Socket socket = new Socket()) {
            int millis = (int) TRY.toMillis();
            socket.connect(server, millis);
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(framed(question.toWire()));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] bytes = new byte[in.readUnsignedShort()];
            in.readFully(bytes);
            return answer(bytes, question)
                    .orElseThrow(() -> new IOException("its answer by TCP is to another question"));
        }
    }

    /** A message with its length before it, as TCP has it. */
    static byte[] framed(byte[] wire) {
        byte[] framed = new byte[Short.BYTES + wire.length];
        framed[0] = (byte) (wire.length >> Byte.SIZE);
        framed[1] = (byte) wire.length;
        System.arraycopy(wire, 0, framed, Short.BYTES, wire.length);
        return framed;
    }

    /** The answer in these bytes, if it answers this very query. */
    private static Optional<Message> answer(byte[] bytes, Message question) {
        try {
            Message answer = new Message(bytes);
            Record asked = question.getQuestion();
            Record repeated = answer.getQuestion();
            boolean isMeant = answer.getHeader().getID() == question.getHeader().getID()
                    && answer.getHeader().getFlag(Flags.QR)
                    && repeated != null
                    && repeated.getName().equals(asked.getName())
                    && repeated.getType() == asked.getType()
                    && repeated.getDClass() == asked.getDClass();
            return isMeant ? Optional.of(answer) : Optional.empty();
        } catch (IOException | RuntimeException garbled) {
            return Optional.empty();
        }
    }

    private static int left(long end) throws SocketTimeoutException {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0) {
            throw new SocketTimeoutException("no answer within " + TRY.toMillis() + " ms");
        }
        return (int) millis;
    }
}
