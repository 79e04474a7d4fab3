package dev.nullbox.egress;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A name server of the tests' own, over UDP and TCP. A name's first label says what its answer is: {@code a-192-0-2-7} an
 * address, {@code kept-60-192-0-2-7} one for 60 s, {@code alias} one by way of a name elsewhere, {@code many} 200 addresses,
 * {@code flood} 4,000, {@code late} none at all, {@code slow} one after a second, {@code flip} one of two by turns and for
 * no time, {@code lie} the answer to another question, {@code forged} that and others before the right one; {@code gone-60}
 * is known not to exist for 60 s, {@code void-60} to have no address; {@code torn} is half an answer, {@code wide} one that
 * is longer than it may be, {@code cut} a truncated one whose other half does not come by TCP either, {@code claims} one
 * that says it has 5,000 records, {@code fails} a failure; others do not exist.
 */
public final class NameWorld implements AutoCloseable {
    private static final int TTL_S = 1;
    private static final int MANY = 200;
    private static final int UDP_BYTES = 512;
    private static final int MAX_QUESTION = 4096;

    private static final int FLOOD = 4_000;
    private static final int WIDE_BYTES = 8_192;
    private static final int TRIES = 20;
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final DatagramSocket datagrams;
    private final ServerSocket connections;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger flips = new AtomicInteger();

    private NameWorld(DatagramSocket datagrams, ServerSocket connections) {
        this.datagrams = datagrams;
        this.connections = connections;
    }

    /**
     * Serves until it is closed.
     *
     * @param port 0 for one of the kernel's choice
     */
    public static NameWorld open(int port) throws IOException {
        NameWorld world = bound(port, port == 0 ? TRIES : 1);
        start(world::receive);
        start(world::accept);
        return world;
    }

    /** A port that is free for datagrams may be taken for connections: then another is tried. */
    private static NameWorld bound(int port, int tries) throws IOException {
        DatagramSocket datagrams = new DatagramSocket(port);
        try {
            return new NameWorld(datagrams, new ServerSocket(datagrams.getLocalPort()));
        } catch (BindException e) {
            datagrams.close();
            if (tries == 1) {
                throw e;
            }
            return bound(port, tries - 1);
        }
    }

    /** The port that it serves at. */
    public int port() {
        return datagrams.getLocalPort();
    }

    /** Questions that have arrived. */
    public int asked() {
        return asked.get();
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        connections.close();
    }

    /** Work that ends with its socket. */
    @FunctionalInterface
    private interface Loop {
        void run() throws IOException;
    }

    private static void start(Loop loop) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    loop.run();
                }
            } catch (IOException over) {
                System.err.println(over);
            }
        });
    }

    private void receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[MAX_QUESTION], MAX_QUESTION);
        datagrams.receive(packet);
        byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
        String label = label(question);
        byte[] answer = answer(question, label.equals("wide") ? WIDE_BYTES : UDP_BYTES);
        if (label.equals("forged")) {
            for (byte[] forgery : forgeries(question)) {
                datagrams.send(new DatagramPacket(forgery, forgery.length, packet.getSocketAddress()));
            }
        }
        if (answer.length > 0) {
            datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
    }

    /** Answers of somebody who has seen no question: another id, another name, and a question. */
    private static List<byte[]> forgeries(byte[] bytes) throws IOException {
        Message question = new Message(bytes);
        List<byte[]> forgeries = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Message forgery = new Message(question.getHeader().getID() ^ (i == 0 ? 1 : 0));
            if (i != 2) {
                forgery.getHeader().setFlag(Flags.QR);
            }
            Name name = i == 1
                    ? Name.fromString("other.example.")
                    : question.getQuestion().getName();
            forgery.addRecord(Record.newRecord(name, Type.A, DClass.IN), Section.QUESTION);
            add(forgery, name, "192.0.2.66");
            forgeries.add(forgery.toWire());
        }
        return forgeries;
    }

    private static String label(byte[] bytes) throws IOException {
        return new Message(bytes).getQuestion().getName().getLabelString(0).toLowerCase(Locale.ROOT);
    }

    private void accept() throws IOException {
        try (Socket client = connections.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] question = new byte[in.readUnsignedShort()];
            in.readFully(question);
            byte[] answer = answer(question, Message.MAXLENGTH);
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            out.writeShort(answer.length);
            out.write(answer, 0, label(question).equals("cut") ? answer.length / 2 : answer.length);
        }
    }

    private byte[] answer(byte[] bytes, int room) throws IOException {
        asked.incrementAndGet();
        Message question = new Message(bytes);
        Name name = question.getQuestion().getName();
        String label = name.getLabelString(0).toLowerCase(Locale.ROOT);
        if (label.equals("late")) {
            return new byte[0];
        }
        if (label.equals("slow")) {
            LockSupport.parkNanos(SLOW.toNanos());
        }
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        Name repeated = label.equals("lie") ? Name.fromString("a-192-0-2-7.else.example.") : name;
        answer.addRecord(Record.newRecord(repeated, question.getQuestion().getType(), DClass.IN), Section.QUESTION);
        if (label.equals("alias")) {
            Name elsewhere = Name.fromString("cdn.elsewhere.example.");
            answer.addRecord(new CNAMERecord(name, DClass.IN, TTL_S, elsewhere), Section.ANSWER);
            add(answer, elsewhere, "192.0.2.7");
        } else if (label.equals("many") || label.equals("cut")) {
            for (int i = 1; i <= MANY; i++) {
                add(answer, name, "192.0.2." + i);
            }
        } else if (label.equals("flood") || label.equals("wide")) {
            for (int i = 0; i < (label.equals("flood") ? FLOOD : FLOOD / 10); i++) {
                add(answer, name, "203.1." + i / 250 + "." + (1 + i % 250));
            }
        } else if (label.equals("torn") || label.equals("claims") || label.equals("slow") || label.equals("forged")) {
            add(answer, name, "192.0.2.7");
        } else if (label.startsWith("kept-")) {
            String[] words = label.split("-", 3);
            InetAddress address = InetAddress.ofLiteral(words[2].replace('-', '.'));
            answer.addRecord(new ARecord(name, DClass.IN, Long.parseLong(words[1]), address), Section.ANSWER);
        } else if (label.startsWith("gone-") || label.startsWith("void-")) {
            answer.getHeader().setRcode(label.startsWith("gone-") ? Rcode.NXDOMAIN : Rcode.NOERROR);
            long ttl = Long.parseLong(label.substring(5));
            Name zone = new Name(name, 1);
            answer.addRecord(
                    new SOARecord(zone, DClass.IN, ttl, zone, zone, 1, 3_600, 600, 86_400, ttl), Section.AUTHORITY);
        } else if (label.equals("fails")) {
            answer.getHeader().setRcode(Rcode.SERVFAIL);
        } else if (label.equals("flip")) {
            InetAddress address = InetAddress.ofLiteral(flips.getAndIncrement() % 2 == 0 ? "192.0.2.7" : "192.0.2.8");
            answer.addRecord(new ARecord(name, DClass.IN, 0, address), Section.ANSWER);
        } else if (label.startsWith("a-")) {
            add(answer, name, label.substring(2).replace('-', '.'));
        } else if (label.equals("lie")) {
            add(answer, repeated, "192.0.2.7");
        } else {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        byte[] wire = answer.toWire(room);
        if (label.equals("claims")) {
            wire[6] = (byte) (5_000 >> Byte.SIZE);
            wire[7] = (byte) 5_000;
        }
        return label.equals("torn") ? Arrays.copyOf(wire, wire.length - 3) : wire;
    }

    private static void add(Message answer, Name name, String address) {
        answer.addRecord(new ARecord(name, DClass.IN, TTL_S, InetAddress.ofLiteral(address)), Section.ANSWER);
    }
}
