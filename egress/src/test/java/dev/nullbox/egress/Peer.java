package dev.nullbox.egress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Host of the rig: runs inside a network namespace, does what its standard input says, answers line by line. */
final class Peer {
    private final Map<Integer, AtomicInteger> accepted = new ConcurrentHashMap<>();
    private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
    private final List<Socket> burst = new ArrayList<>();
    private Socket held = new Socket();

    private Optional<NameWorld> world = Optional.empty();

    private Peer() {}

    /** Arguments: none. */
    public static void main(String[] args) throws IOException {
        Peer peer = new Peer();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("up");
        String line = in.readLine();
        while (line != null) {
            System.out.println(peer.answer(line.split(" ")));
            line = in.readLine();
        }
        System.exit(0);
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "listen" -> listen(Integer.parseInt(words[1]));
                case "accepted" ->
                    String.valueOf(accepted.getOrDefault(Integer.parseInt(words[1]), new AtomicInteger())
                            .get());
                case "connect" -> connect(words[1], words[2], words[3]);
                case "hold" -> hold(words[1], words[2]);
                case "echo" -> echo(Integer.parseInt(words[1]));
                case "push" -> push();
                case "read" -> read(Integer.parseInt(words[1]));
                case "udp" -> udp(words[1], words[2], words.length > 3 ? Integer.parseInt(words[3]) : 0);
                case "burst" -> burst(words[1], words[2], Integer.parseInt(words[3]));
                case "disperse" -> disperse();
                case "names" -> names(Integer.parseInt(words[1]));
                case "asked" -> String.valueOf(world.orElseThrow().asked());
                case "lookup" -> lookup(words[1], words[2], words[3], words.length > 4);
                case "time" -> time(words[1]);
                case "times" -> String.valueOf(times(words[1], Integer.parseInt(words[2])));
                case "datagram" -> datagram(words[1], Integer.parseInt(words[2]), words[3]);
                case "bytes" -> bytes(words[1], words[2]);
                case "ping" -> String.valueOf(InetAddress.ofLiteral(words[1]).isReachable(300));
                default -> throw new IOException("what is " + words[0]);
            };
        } catch (IOException failure) {
            return "failed " + failure.getMessage();
        }
    }

    private String names(int port) throws IOException {
        world = Optional.of(NameWorld.open(port));
        return "ok";
    }

    /** Asks a name server; its code, what explains it, and the addresses. */
    private static String lookup(String server, String name, String type, boolean byTcp) throws IOException {
        SimpleResolver resolver = new SimpleResolver(InetAddress.ofLiteral(server));
        resolver.setTimeout(Duration.ofSeconds(5));
        resolver.setTCP(byTcp);
        resolver.setIgnoreTruncation(true);
        Message answer = resolver.send(
                Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.value(type), DClass.IN)));
        StringBuilder text = new StringBuilder(Rcode.string(answer.getRcode()));
        OPTRecord options = answer.getOPT();
        if (options != null) {
            options.getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR)
                    .forEach(option -> text.append(" ede=").append(((ExtendedErrorCodeOption) option).getErrorCode()));
        }
        answer.getSection(Section.ANSWER).stream()
                .filter(ARecord.class::isInstance)
                .map(ARecord.class::cast)
                .forEach(record -> text.append(' ').append(record.getAddress().getHostAddress()));
        return text.toString();
    }

    /** Sends bytes that are no question by UDP; the code of the answer, or "silent". */
    private static String bytes(String server, String hex) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(server), 53));
            socket.setSoTimeout(500);
            byte[] question = HexFormat.of().parseHex(hex);
            socket.send(new DatagramPacket(question, question.length));
            DatagramPacket answer = new DatagramPacket(new byte[512], 512);
            socket.receive(answer);
            return Rcode.string(answer.getData()[3] & 0xf);
        } catch (SocketTimeoutException silent) {
            return "silent";
        }
    }

    /** An SNTP client of RFC 4330: what the server says of itself, and whether its time is this machine's. */
    private static String time(String server) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(48).put(0, (byte) 0x23).putLong(40, System.nanoTime());
        long sent = System.currentTimeMillis();
        String answer = datagram(server, 123, HexFormat.of().formatHex(request.array()));
        if (answer.equals("silent")) {
            return answer;
        }
        ByteBuffer packet = ByteBuffer.wrap(HexFormat.of().parseHex(answer));
        long seconds = Integer.toUnsignedLong(packet.getInt(40)) - 2_208_988_800L;
        boolean isNow = seconds >= sent / 1_000 && seconds <= System.currentTimeMillis() / 1_000;
        boolean isOurs = packet.getLong(24) == request.getLong(40);
        return "stratum " + packet.get(1) + " leap " + (packet.get(0) >> 6 & 3) + " mode " + (packet.get(0) & 7)
                + (isNow ? " now" : " then") + (isOurs ? " ours" : " another's");
    }

    /** Sends so many requests at once; the number of answers. */
    private static int times(String server, int count) throws IOException {
        int answers = 0;
        int refusals = 0;
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(server), 123));
            socket.setSoTimeout(500);
            byte[] request = new byte[48];
            request[0] = 0x23;
            for (int i = 0; i < count; i++) {
                try {
                    socket.send(new DatagramPacket(request, request.length));
                } catch (IOException refused) {
                    refusals++;
                }
            }
            while (answers + refusals < 2 * count) {
                try {
                    socket.receive(new DatagramPacket(new byte[48], 48));
                    answers++;
                } catch (SocketTimeoutException over) {
                    return answers;
                } catch (IOException refused) {
                    refusals++;
                }
            }
        }
        return answers;
    }

    /** Sends bytes; those of the answer, or "silent". */
    private static String datagram(String server, int port, String hex) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(server), port));
            socket.setSoTimeout(500);
            byte[] bytes = HexFormat.of().parseHex(hex);
            socket.send(new DatagramPacket(bytes, bytes.length));
            DatagramPacket answer = new DatagramPacket(new byte[1_500], 1_500);
            socket.receive(answer);
            return HexFormat.of().formatHex(answer.getData(), 0, answer.getLength());
        } catch (SocketTimeoutException silent) {
            return "silent";
        }
    }

    private String listen(int port) throws IOException {
        ServerSocket server = new ServerSocket(port);
        AtomicInteger count = new AtomicInteger();
        accepted.put(port, count);
        Thread thread = new Thread(() -> serve(server, count), "listen-" + port);
        thread.setDaemon(true);
        thread.start();
        return "ok";
    }

    private void serve(ServerSocket server, AtomicInteger count) {
        try {
            while (true) {
                Socket client = server.accept();
                count.incrementAndGet();
                clients.add(client);
                Thread thread = new Thread(() -> copy(client), "echo");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException over) {
            System.err.println(over);
        }
    }

    private static void copy(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException over) {
            System.err.println(over);
        }
    }

    /** The third word is the source address, or ":PORT" for the source port, or "-"; waits 500 ms for a denial, 5 s where "slow" asks for it. */
    private static String connect(String host, String port, String source) throws IOException {
        try (Socket socket = new Socket()) {
            boolean slow = source.equals("slow");
            if (source.startsWith(":")) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(Integer.parseInt(source.substring(1))));
            } else if (!slow && !source.equals("-")) {
                socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
            }
            socket.connect(
                    new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port)), slow ? 5_000 : 500);
            return "ok";
        }
    }

    private String hold(String host, String port) throws IOException {
        held = new Socket();
        held.connect(new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port)), 5_000);
        return "ok";
    }

    private String echo(int millis) throws IOException {
        held.getOutputStream().write('x');
        return read(millis);
    }

    private String push() throws IOException {
        for (Socket client : clients) {
            if (!client.isClosed()) {
                client.getOutputStream().write('p');
            }
        }
        return "ok";
    }

    private String read(int millis) throws IOException {
        held.setSoTimeout(millis);
        return String.valueOf((char) held.getInputStream().read());
    }

    /** Opens so many connections and keeps them; how many came about before the first that did not. */
    private String burst(String host, String port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket();
            burst.add(socket);
            try {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port)), 1_500);
            } catch (SocketTimeoutException full) {
                return String.valueOf(i);
            }
        }
        return String.valueOf(count);
    }

    private String disperse() throws IOException {
        for (Socket socket : burst) {
            socket.close();
        }
        burst.clear();
        return "ok";
    }

    /** The last word is the source port, 0 for any. */
    private static String udp(String host, String port, int from) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(from)) {
            socket.send(new DatagramPacket(
                    new byte[] {1}, 1, new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port))));
            return "ok";
        }
    }
}
