package dev.nullbox.egress.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentNamesStoreTest {
    private static final AgentSlot SLOT = new AgentSlot(AgentNetwork.DEFAULT, 1);
    private static final AgentName HELLO = new AgentName("hello");
    private static final InetAddress ADDRESS = InetAddress.ofLiteral(SLOT.address());

    @TempDir
    private Path directory;

    private static AgentNames names(String... entries) {
        return new AgentNames(
                HELLO, SLOT, List.of(entries).stream().map(NetworkTarget::parse).toList());
    }

    @Test
    void aRestartKnowsWhatWasPut() throws IOException {
        AgentNames put = names("api.example", "*.wild.example:8443", "time.example:123/udp");
        AgentNamesStore.open(directory).put(put);
        AgentNamesStore again = AgentNamesStore.open(directory);
        assertThat(again.at(ADDRESS)).isEmpty();
        again.restore(HELLO, SLOT);
        assertThat(again.at(ADDRESS)).contains(put);
    }

    @Test
    void anotherAgentInTheSlotGetsNoneOfThem() throws IOException {
        AgentNamesStore.open(directory).put(names("api.example"));
        AgentNamesStore again = AgentNamesStore.open(directory);
        again.restore(new AgentName("other"), SLOT);
        assertThat(again.at(ADDRESS)).isEmpty();
    }

    @Test
    void whatWasRemovedIsForgottenForGood() throws IOException {
        AgentNamesStore store = AgentNamesStore.open(directory);
        store.put(names("api.example"));
        store.remove(SLOT);
        assertThat(store.at(ADDRESS)).isEmpty();
        store.restore(HELLO, SLOT);
        assertThat(store.at(ADDRESS)).isEmpty();
    }

    @Test
    void aFileThatIsDamagedIsRefused() throws IOException {
        Files.writeString(directory.resolve(SLOT.interfaceName()), "hello\n*\n");
        AgentNamesStore store = AgentNamesStore.open(directory);
        assertThatThrownBy(() -> store.restore(HELLO, SLOT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SLOT.interfaceName());
        assertThat(store.at(ADDRESS)).isEmpty();
    }
}
