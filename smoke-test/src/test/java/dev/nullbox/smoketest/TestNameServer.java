package dev.nullbox.smoketest;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A name server of the test's own on this machine's loopback: every name has one address. It remembers what was asked. */
final class TestNameServer implements AutoCloseable {
    private static final int MAX_QUESTION = 512;
    private static final int TTL_S = 60;

    private final DatagramSocket socket;
    private final InetAddress address;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private TestNameServer(DatagramSocket socket, InetAddress address) {
        this.socket = socket;
        this.address = address;
    }

    /** @param address of all names */
    static TestNameServer start(String address) throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        TestNameServer server = new TestNameServer(socket, InetAddress.ofLiteral(address));
        Thread.ofPlatform().name("test-name-server").daemon().start(server::serve);
        return server;
    }

    /** A boot in whose network, of these first three numbers, the appliance asks this server. */
    Boot asked(Boot boot, String network) {
        return boot.withNetwork(network)
                .withKernelArgument("nullbox.resolvers=" + network + ".2:" + socket.getLocalPort());
    }

    /** Names that were asked for, in their order. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[MAX_QUESTION], MAX_QUESTION);
        while (!socket.isClosed()) {
            try {
                packet.setLength(MAX_QUESTION);
                socket.receive(packet);
                byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    System.err.println("the test's name server: " + e);
                }
            }
        }
    }

    private byte[] answer(byte[] bytes) throws IOException {
        Message question = new Message(bytes);
        Record record = question.getQuestion();
        asked.add(record.getName().toString(true));
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(record, Section.QUESTION);
        answer.addRecord(new ARecord(record.getName(), DClass.IN, TTL_S, address), Section.ANSWER);
        return answer.toWire();
    }

    @Override
    public void close() {
        socket.close();
    }
}
