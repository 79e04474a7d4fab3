package dev.nullbox.nulld;

import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.id.AgentNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Notices on the console of the addresses at which operators reach the appliance, as these change. For PID 1's thread.
 */
final class PortNotice {
    /** Time between two looks while there is no address. */
    static final long SOON_MILLIS = 2_000;
    /** Time between two looks while there is one. */
    static final long LATER_MILLIS = 30_000;
    /** Time after which a lack of addresses is reported. */
    static final long LACK_MILLIS = 20_000;

    private static final Pattern ADDRESS = Pattern.compile("\\|-- (\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})$");
    private static final int LOOPBACK = 127;

    private final Clock clock;
    private final Journal journal;
    private final Path routes;
    private final AgentNetwork agents;
    private SortedSet<String> told = new TreeSet<>();
    private long openSince = -1;
    private long due = Long.MAX_VALUE;
    private boolean lackTold;

    /**
     * @param routes {@code /proc/net/fib_trie}
     * @param agents the network whose addresses are the agents'
     */
    PortNotice(Clock clock, Journal journal, Path routes, AgentNetwork agents) {
        this.clock = clock;
        this.journal = journal;
        this.routes = routes;
        this.agents = agents;
    }

    /** The time at which {@link #tick} is due; Long.MAX_VALUE while the port is not open. */
    long due() {
        return due;
    }

    /** Checks the addresses when due, and reports changes. */
    void tick(boolean open) {
        long now = clock.millis();
        if (!open) {
            openSince = -1;
            due = Long.MAX_VALUE;
            return;
        }
        if (openSince < 0) {
            openSince = now;
        } else if (now < due) {
            return;
        }
        SortedSet<String> addresses = addresses();
        if (!addresses.equals(told)) {
            told = addresses;
            lackTold = false;
            addresses.forEach(address -> journal.text(
                    "nulld",
                    "operators reach this appliance by nullctl --address " + address + ":" + GatewayContract.PORT));
        }
        if (addresses.isEmpty() && !lackTold && now - openSince >= LACK_MILLIS) {
            lackTold = true;
            journal.text(
                    "nulld",
                    "this appliance has no address: plug in a network cable where a DHCP server answers, or give one by"
                            + " ip= on the kernel command line");
        }
        due = now + (addresses.isEmpty() ? SOON_MILLIS : LATER_MILLIS);
    }

    /**
     * IPv4 addresses of this machine, without loopback and the agents' gateways. Each is followed by a line with "/32
     * host LOCAL": linux/net/ipv4/fib_trie.c.
     */
    private SortedSet<String> addresses() {
        SortedSet<String> found = new TreeSet<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(routes);
        } catch (IOException e) {
            return found;
        }
        for (int i = 0; i + 1 < lines.size(); i++) {
            Matcher matcher = ADDRESS.matcher(lines.get(i));
            if (matcher.find() && lines.get(i + 1).strip().equals("/32 host LOCAL")) {
                byte[] address = new byte[Integer.BYTES];
                for (int octet = 0; octet < address.length; octet++) {
                    address[octet] = (byte) Integer.parseInt(matcher.group(octet + 1));
                }
                if (address[0] != LOOPBACK && !agents.overlaps(address, Integer.SIZE)) {
                    found.add(matcher.group().substring("|-- ".length()));
                }
            }
        }
        return found;
    }
}
