package dev.nullbox.egress;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * A name server of the tests' own, over UDP and TCP. A name's first label says what its answer is: {@code a-192-0-2-7} an
 * address, {@code alias} one by way of a name elsewhere, {@code many} 200 addresses, {@code late} none at all,
 * {@code flip} one of two by turns and for no time, {@code lie} the answer to another question; others do not exist.
 */
final class NameWorld {
    private static final int TTL_S = 1;
    private static final int MANY = 200;
    private static final int UDP_BYTES = 512;
    private static final int MAX_QUESTION = 4096;

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger flips = new AtomicInteger();

    /** Serves until the process ends. */
    static NameWorld open(int port) throws IOException {
        NameWorld world = new NameWorld();
        DatagramSocket datagrams = new DatagramSocket(port);
        ServerSocket connections = new ServerSocket(port);
        start(() -> world.receive(datagrams));
        start(() -> world.accept(connections));
        return world;
    }

    /** Questions that have arrived. */
    int asked() {
        return asked.get();
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

    private void receive(DatagramSocket datagrams) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[MAX_QUESTION], MAX_QUESTION);
        datagrams.receive(packet);
        byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()), UDP_BYTES);
        if (answer.length > 0) {
            datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
    }

    private void accept(ServerSocket connections) throws IOException {
        try (Socket client = connections.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] question = new byte[in.readUnsignedShort()];
            in.readFully(question);
            byte[] answer = answer(question, Message.MAXLENGTH);
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            out.writeShort(answer.length);
            out.write(answer);
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
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        Name repeated = label.equals("lie") ? Name.fromString("a-192-0-2-7.else.example.") : name;
        answer.addRecord(Record.newRecord(repeated, question.getQuestion().getType(), DClass.IN), Section.QUESTION);
        if (label.equals("alias")) {
            Name elsewhere = Name.fromString("cdn.elsewhere.example.");
            answer.addRecord(new CNAMERecord(name, DClass.IN, TTL_S, elsewhere), Section.ANSWER);
            add(answer, elsewhere, "192.0.2.7");
        } else if (label.equals("many")) {
            for (int i = 1; i <= MANY; i++) {
                add(answer, name, "192.0.2." + i);
            }
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
        return answer.toWire(room);
    }

    private static void add(Message answer, Name name, String address) {
        answer.addRecord(new ARecord(name, DClass.IN, TTL_S, InetAddress.ofLiteral(address)), Section.ANSWER);
    }
}
