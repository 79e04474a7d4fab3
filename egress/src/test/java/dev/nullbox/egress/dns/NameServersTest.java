package dev.nullbox.egress.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameServersTest {
    private final List<String> lines = new ArrayList<>();
    private final List<List<InetSocketAddress>> changes = new ArrayList<>();
    private Path said;
    private Path leased;
    private NameServers servers;

    @BeforeEach
    void setUp(@TempDir Path directory) {
        said = directory.resolve("said");
        leased = directory.resolve("leased");
        servers = new NameServers(List.of(said, leased), changes::add, new RateLimitedLog(lines::add, () -> 0));
    }

    private static InetSocketAddress server(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    @Test
    void theOperatorsWordGoesBeforeTheLease() throws IOException {
        assertThat(servers.current()).isEmpty();
        Files.writeString(leased, "192.0.2.3\n");
        assertThat(servers.current()).containsExactly(server("192.0.2.3", 53));
        Files.writeString(said, "192.0.2.4:5353\n\n192.0.2.5\n");
        assertThat(servers.current()).containsExactly(server("192.0.2.4", 5353), server("192.0.2.5", 53));
        assertThat(lines).isEmpty();
    }

    @Test
    void aChangeIsToldOnceAndBeforeItIsAsked() throws IOException {
        Files.writeString(leased, "192.0.2.3\n");
        servers.current();
        servers.current();
        assertThat(changes).containsExactly(List.of(server("192.0.2.3", 53)));
        Files.delete(leased);
        servers.current();
        assertThat(changes).hasSize(2).last().isEqualTo(List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::1", "name.example", "192.0.2.3:x", "192.0.2.3:65536", "192.0.2.3 192.0.2.4"})
    void aLineThatIsNoServerIsSaid(String line) throws IOException {
        Files.writeString(leased, line + "\n");
        assertThat(servers.current()).isEmpty();
        assertThat(lines).singleElement().asString().contains(leased.toString());
        Files.writeString(leased, "192.0.2.3\n");
        assertThat(servers.current()).hasSize(1);
    }

    @Test
    void noMoreThanFourAreAsked() throws IOException {
        Files.writeString(leased, "192.0.2.3\n".repeat(9));
        assertThat(servers.current()).hasSize(4);
    }
}
