package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.nulld.linux.ManualClock;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.id.AgentNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses that come and go, and what the console says of them. */
class PortNoticeTest {
    private static final String LOOPBACK = "           |-- 127.0.0.1\n              /32 host LOCAL\n";

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private final Journal journal = new Journal(clock);
    private Path routes;
    private PortNotice notice;

    @BeforeEach
    void network() throws IOException {
        routes = directory.resolve("fib_trie");
        notice = new PortNotice(clock, journal, routes, AgentNetwork.DEFAULT);
        has();
    }

    private void has(String... addresses) throws IOException {
        StringBuilder text = new StringBuilder("Main:\n  +-- 0.0.0.0/0 3 0 5\n").append(LOOPBACK);
        for (String address : addresses) {
            text.append("           |-- ").append(address).append("\n              /32 host LOCAL\n");
        }
        text.append("        |-- 192.0.2.255\n           /32 link BROADCAST\n");
        Files.writeString(routes, text);
    }

    private String said() {
        return journal.read(0, Journal.RECORDS, Optional.empty(), 0)
                .get(NulldContract.RECORDS)
                .toString();
    }

    private void tick(long millis) {
        clock.pause(millis);
        notice.tick(true);
    }

    @Test
    void addressIsToldOnceItIsThereAndOnce() throws IOException {
        notice.tick(true);
        assertThat(notice.due() - clock.millis()).isEqualTo(PortNotice.SOON_MILLIS);
        assertThat(said()).doesNotContain("reach this appliance");
        has("192.0.2.2", "10.221.0.1");
        tick(PortNotice.SOON_MILLIS);
        assertThat(said())
                .containsOnlyOnce("nullctl --address 192.0.2.2:7443")
                .doesNotContain("10.221", "127.0", "2.255");
        tick(PortNotice.LATER_MILLIS);
        tick(PortNotice.LATER_MILLIS);
        assertThat(said()).containsOnlyOnce("reach this appliance");
        has("192.0.2.3");
        tick(PortNotice.LATER_MILLIS);
        assertThat(said()).containsOnlyOnce("nullctl --address 192.0.2.3:7443");
    }

    @Test
    void lackOfAnAddressIsToldOnceAndWithItsRemedy() throws IOException {
        notice.tick(true);
        tick(PortNotice.LACK_MILLIS - 1);
        assertThat(said()).doesNotContain("has no address");
        tick(PortNotice.SOON_MILLIS);
        tick(PortNotice.SOON_MILLIS);
        assertThat(said()).containsOnlyOnce("has no address").contains("ip= on the kernel command line");
        Files.delete(routes);
        tick(PortNotice.SOON_MILLIS);
        assertThat(said()).containsOnlyOnce("has no address");
    }

    @Test
    void shutPortIsNotToldOf() throws IOException {
        has("192.0.2.2");
        notice.tick(false);
        assertThat(notice.due()).isEqualTo(Long.MAX_VALUE);
        assertThat(said()).doesNotContain("reach this appliance");
        notice.tick(true);
        assertThat(said()).contains("192.0.2.2:7443");
    }
}
