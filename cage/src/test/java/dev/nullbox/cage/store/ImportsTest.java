package dev.nullbox.cage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Imports under way, by id. */
@Timeout(60)
class ImportsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Imports imports = new Imports();
    private final CountDownLatch go = new CountDownLatch(1);

    private Message held(Importer.Progress progress) throws IOException {
        progress.read(3, 10);
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return Message.of(Fields.AGENT.is("held"));
    }

    private void assertRefused(String id, Object reason, String message) {
        assertThatThrownBy(() -> imports.progress(id, LONG))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.detail()).isEqualTo(reason.toString()))
                .hasMessageContaining(message);
    }

    @Test
    void progressIsToldUntilTheResult() throws Exception {
        String id = imports.begin(this::held);
        Message early = imports.progress(id, Duration.ZERO);
        while (early.get(DeployContract.READ) == 0) {
            early = imports.progress(id, Duration.ofMillis(10));
        }
        assertThat(early.get(DeployContract.TOTAL)).isEqualTo(10);
        assertThat(early.has(DeployContract.DONE)).isFalse();
        go.countDown();
        assertThat(imports.progress(id, LONG).get(DeployContract.DONE).get(Fields.AGENT))
                .isEqualTo("held");
        // Late queries get the same answer.
        assertThat(imports.progress(id, Duration.ZERO).has(DeployContract.DONE)).isTrue();
    }

    @Test
    void eachFailureIsToldWithItsReason() throws Exception {
        assertRefused(
                imports.begin(_ -> {
                    throw new RpcException(ImportReason.IMPORT_CUT, "it ends early");
                }),
                ImportReason.IMPORT_CUT,
                "it ends early");
        assertRefused(
                imports.begin(_ -> {
                    throw new IOException("no disk");
                }),
                ImportReason.IMPORT_FAILED,
                "no disk");
        assertRefused(
                imports.begin(_ -> {
                    throw new IllegalStateException("odd");
                }),
                ImportReason.IMPORT_FAILED,
                "a bug in cage");
        assertRefused("none", AgentReason.IMPORT_UNKNOWN, "no import");
    }

    @Test
    void oneIsDoneAfterTheOtherAndFewMayWait() throws Exception {
        List<String> ids = List.of(
                imports.begin(this::held),
                imports.begin(_ -> Message.of(Fields.AGENT.is("second"))),
                imports.begin(this::held),
                imports.begin(this::held));
        assertThat(imports.progress(ids.get(1), Duration.ofMillis(50)).has(DeployContract.DONE))
                .isFalse();
        assertThatThrownBy(() -> imports.begin(this::held)).hasMessageContaining("4 imports");
        go.countDown();
        for (String id : ids) {
            assertThat(imports.progress(id, LONG).has(DeployContract.DONE)).isTrue();
        }
        for (int i = 0; i < 40; i++) {
            assertThat(imports.progress(imports.begin(this::held), LONG).has(DeployContract.DONE))
                    .isTrue();
        }
        imports.close();
        assertThatThrownBy(() -> imports.begin(this::held)).hasMessageContaining("cage is stopping");
    }
}
