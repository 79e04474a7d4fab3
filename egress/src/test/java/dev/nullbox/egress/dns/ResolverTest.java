package dev.nullbox.egress.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.egress.NameWorld;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Queries of agents, towards name servers on this machine that answer well and badly. */
class ResolverTest {
    private static final String KEPT = "kept-60-192-0-2-7.api.example";
    private static final Duration BOUND = Duration.ofSeconds(5);

    private final List<InetSocketAddress> servers = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final List<Duration> admitted = new ArrayList<>();
    private final List<Grants.Grant> granted = new ArrayList<>();
    private AgentNames agent = agent(1);
    private NameWorld world;
    private Resolver resolver;
    private long now = 1_000_000;

    /** Takes all admissions. */
    private final Admission admission = new Admission() {
        @Override
        public void admit(AgentNames names, List<NamedPort> ports, Duration time) {
            admitted.add(time);
        }

        @Override
        public void grant(AgentNames names, List<NamedPort> ports, Duration time) {
            admitted.add(time);
        }

        @Override
        public List<Grants.Grant> granted(AgentNames names, String asked) {
            return granted;
        }

        @Override
        public Duration left(Grants.Grant grant) {
            return Duration.ofSeconds(7);
        }
    };

    private final Resolver.Listener listener = new Resolver.Listener() {
        @Override
        public void refused(AgentNames names, String name, String why) {
            told.add(why);
        }

        @Override
        public void answered(AgentNames names, String name, List<NamedPort> ports) {
            told.add(name + " " + ports.size());
        }
    };

    @BeforeEach
    void setUp() throws IOException {
        world = NameWorld.open(0);
        servers.add(server(world.port()));
        resolver = new Resolver(
                new Upstream(() -> List.copyOf(servers)),
                new AnswerCache(() -> now),
                AgentNetwork.DEFAULT,
                admission,
                listener);
    }

    @AfterEach
    void tearDown() throws IOException {
        world.close();
    }

    private static InetSocketAddress server(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    private static AgentNames agent(int slot) {
        return new AgentNames(
                new AgentName("hello"),
                new AgentSlot(AgentNetwork.DEFAULT, slot),
                List.of(NetworkTarget.parse("*.api.example")));
    }

    private static byte[] query(String name) throws IOException {
        return Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, DClass.IN))
                .toWire();
    }

    private Message ask(String name) throws IOException {
        return new Message(resolver.answer(agent, query(name), 65_535).orElseThrow());
    }

    /** The code and the addresses. */
    private String lookup(String name) throws IOException {
        Message answer = ask(name);
        StringBuilder text = new StringBuilder(Rcode.string(answer.getRcode()));
        for (Record record : answer.getSection(Section.ANSWER)) {
            if (record instanceof ARecord address) {
                text.append(' ').append(address.getAddress().getHostAddress());
            }
        }
        return text.toString();
    }

    private void passes(Duration time) {
        now += time.toMillis();
    }

    @Test
    void anAnswerIsAskedForOnceWhileItHolds() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
            passes(Duration.ofSeconds(19));
        }
        assertThat(world.asked()).isEqualTo(1);
        assertThat(ask(KEPT).getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(5);
        assertThat(admitted).extracting(Duration::toSeconds).containsExactly(90L, 71L, 52L, 35L);
        passes(Duration.ofSeconds(3));
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(world.asked()).isEqualTo(2);
    }

    @Test
    void aNameIsOneInAnyCase() throws Exception {
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(lookup("KEPT-60-192-0-2-7.Api.example")).isEqualTo("NOERROR 192.0.2.7");
        assertThat(world.asked()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"kept-86400-192-0-2-7, 300", "gone-86400, 60", "void-86400, 60", "gone-30, 30", "fails, 0", "none, 0"})
    void anAnswerHoldsNoLongerThanItsBound(String label, int seconds) throws Exception {
        String name = label + ".api.example";
        String answer = lookup(name);
        passes(Duration.ofSeconds(seconds).minusMillis(1));
        assertThat(lookup(name)).isEqualTo(answer);
        assertThat(world.asked()).isEqualTo(seconds == 0 ? 2 : 1);
        passes(Duration.ofMillis(1));
        assertThat(lookup(name)).isEqualTo(answer);
        assertThat(world.asked()).isEqualTo(seconds == 0 ? 3 : 2);
    }

    @Test
    void anAnswerForNoTimeIsNotKept() throws Exception {
        assertThat(lookup("flip.api.example")).isEqualTo("NOERROR 192.0.2.7");
        assertThat(lookup("flip.api.example")).isEqualTo("NOERROR 192.0.2.8");
    }

    @Test
    void anotherPolicyAnotherAgentAndOtherServersAskAnew() throws Exception {
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
        agent = agent(1);
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(world.asked()).isEqualTo(2);
        agent = agent(2);
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(world.asked()).isEqualTo(3);
        servers.add(server(9));
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(world.asked()).isEqualTo(4);
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(world.asked()).isEqualTo(4);
    }

    @Test
    void aKeptAnswerIsDecidedAnew() throws Exception {
        String name = "kept-60-192-0-2-7.granted.example";
        assertThat(lookup(name)).isEqualTo("NXDOMAIN");
        granted.add(new Grants.Grant(NetworkTarget.parse(name), 0));
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        granted.clear();
        assertThat(lookup(name)).isEqualTo("NXDOMAIN");
        assertThat(told.getLast()).isEqualTo(Resolver.NOT_ALLOWED);
    }

    @Test
    void aForbiddenAddressStaysForbidden() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(lookup("kept-60-10-0-0-1.api.example")).isEqualTo("NXDOMAIN");
        }
        assertThat(world.asked()).isEqualTo(1);
    }

    /** Each server is asked twice, with a bound, and then not again at once. */
    @Test
    void aDeadServerIsAskedNoMoreThanEachFewSeconds() throws Exception {
        servers.clear();
        try (DatagramSocket dead = new DatagramSocket(server(0))) {
            servers.add(server(dead.getLocalPort()));
            long from = System.nanoTime();
            assertThat(lookup(KEPT)).isEqualTo("SERVFAIL");
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isBetween(Duration.ofSeconds(2), BOUND);
            from = System.nanoTime();
            assertThat(lookup(KEPT)).isEqualTo("SERVFAIL");
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(1));
            assertThat(told).hasSize(2).allMatch(why -> why.contains("does not answer"));
        }
    }

    @Test
    void aSecondServerAnswersForADeadOne() throws Exception {
        servers.addFirst(server(9));
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
    }

    @ParameterizedTest
    @CsvSource({
        "slow, NOERROR 192.0.2.7",
        "forged, NOERROR 192.0.2.7",
        "lie, SERVFAIL",
        "torn, SERVFAIL",
        "wide, SERVFAIL",
        "claims, SERVFAIL",
        "cut, SERVFAIL",
        "late, SERVFAIL",
        "fails, SERVFAIL",
    })
    void whateverAServerSaysIsAnsweredInTime(String label, String answer) throws Exception {
        long from = System.nanoTime();
        assertThat(lookup(label + ".api.example")).isEqualTo(answer);
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(BOUND);
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
    }

    /** A message of 64 KiB holds some 4,000 addresses. */
    @ParameterizedTest
    @ValueSource(strings = {"many", "flood"})
    void thousandsOfRecordsAreCutToABound(String label) throws Exception {
        assertThat(lookup(label + ".api.example").split(" ", -1)).hasSize(1 + Resolver.MAX_ADDRESSES);
    }

    @Test
    void aQueryThatIsCutAnywhereHarmsNobody() throws Exception {
        byte[] whole = query(KEPT);
        for (int bytes = 0; bytes < whole.length; bytes++) {
            Optional<byte[]> answer = resolver.answer(agent, Arrays.copyOf(whole, bytes), 512);
            assertThat(answer.map(wire -> wire[3] & 0xf).orElse(Rcode.FORMERR)).isEqualTo(Rcode.FORMERR);
        }
        assertThat(world.asked()).isZero();
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
    }

    @Test
    void changedAndOversizedQueriesHarmNobody() throws Exception {
        Random random = new Random(14);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = i % 2 == 0 ? Arrays.copyOf(query("x.other.example"), 200) : new byte[random.nextInt(600)];
            for (int k = 0; k < 1 + i % 8; k++) {
                if (bytes.length > 0) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            resolver.answer(agent, bytes, 512)
                    .ifPresent(answer -> assertThat(answer).hasSizeLessThanOrEqualTo(1_232));
        }
        byte[] oversized = Arrays.copyOf(query("x.other.example"), 65_535);
        random.nextBytes(oversized);
        oversized[2] = 1;
        resolver.answer(agent, oversized, 65_535);
        assertThat(lookup(KEPT)).isEqualTo("NOERROR 192.0.2.7");
    }
}
