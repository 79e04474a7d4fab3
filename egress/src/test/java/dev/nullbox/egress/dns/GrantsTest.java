package dev.nullbox.egress.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrantsTest {
    private static final AgentSlot SLOT = new AgentSlot(AgentNetwork.DEFAULT, 1);
    private static final NetworkTarget PLACE = NetworkTarget.ofText("api.example:443");
    private static final NetworkTarget OTHER = NetworkTarget.ofText("10.1.2.3:22");

    @TempDir
    private Path directory;

    private final AtomicLong clock = new AtomicLong(5_000);

    private Grants open() throws IOException {
        return new Grants(directory, clock::get);
    }

    @Test
    void aGrantEndsWithItsTimeAndIsGivenOnceAsEnded() throws IOException {
        Grants grants = open();
        grants.put(SLOT, PLACE, Duration.ofSeconds(10));
        grants.put(SLOT, OTHER, Duration.ofSeconds(60));
        assertThat(grants.of(SLOT)).extracting(Grants.Grant::target).containsExactly(PLACE, OTHER);
        assertThat(grants.left(grants.of(SLOT).getFirst())).isEqualTo(Duration.ofSeconds(10));
        assertThat(grants.ended(SLOT)).isEmpty();
        clock.addAndGet(10_000);
        assertThat(grants.of(SLOT)).extracting(Grants.Grant::target).containsExactly(OTHER);
        assertThat(grants.ended(SLOT)).extracting(Grants.Grant::target).containsExactly(PLACE);
        assertThat(grants.ended(SLOT)).isEmpty();
    }

    @Test
    void aRestartKnowsWhatIsGrantedAndWhatHasEndedMeanwhile() throws IOException {
        Grants before = open();
        before.put(SLOT, PLACE, Duration.ofSeconds(10));
        before.put(SLOT, OTHER, Duration.ofSeconds(60));
        clock.addAndGet(20_000);
        Grants after = open();
        assertThat(after.of(SLOT)).isEmpty();
        after.restore(SLOT);
        assertThat(after.of(SLOT)).extracting(Grants.Grant::target).containsExactly(OTHER);
        assertThat(after.ended(SLOT)).extracting(Grants.Grant::target).containsExactly(PLACE);
    }

    @Test
    void theSamePlaceAgainHasTheLaterWordOnItsEnd() throws IOException {
        Grants grants = open();
        grants.put(SLOT, PLACE, Duration.ofSeconds(60));
        grants.put(SLOT, PLACE, Duration.ofSeconds(5));
        assertThat(grants.of(SLOT)).hasSize(1);
        clock.addAndGet(5_000);
        assertThat(grants.of(SLOT)).isEmpty();
    }

    @Test
    void whatIsTakenBackIsGoneForARestartToo() throws IOException {
        Grants grants = open();
        grants.put(SLOT, PLACE, Duration.ofSeconds(60));
        assertThat(grants.remove(SLOT, OTHER)).isFalse();
        assertThat(grants.remove(SLOT, PLACE)).isTrue();
        grants.put(SLOT, OTHER, Duration.ofSeconds(60));
        assertThat(grants.clear(SLOT)).extracting(Grants.Grant::target).containsExactly(OTHER);
        Grants after = open();
        after.restore(SLOT);
        assertThat(after.of(SLOT)).isEmpty();
    }

    @Test
    void aFileThatIsDamagedIsRefused() throws IOException {
        Grants grants = open();
        Files.writeString(directory.resolve(SLOT.interfaceName()), "x api.example:443\n");
        assertThatThrownBy(() -> grants.restore(SLOT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SLOT.interfaceName());
    }
}
