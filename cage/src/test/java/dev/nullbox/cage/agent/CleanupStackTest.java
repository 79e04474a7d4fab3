package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupStackTest {
    private final List<String> done = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final CleanupStack cleanups = new CleanupStack(log::add);

    /** A bug in one of them once left the lease in force. */
    @Test
    void failingCleanupDoesNotPreventTheOthers() {
        cleanups.push("first", () -> done.add("first"));
        cleanups.push("file", () -> {
            throw new IOException("EIO");
        });
        cleanups.push("service", () -> {
            throw new RpcException(CallReason.NOT_LISTENING, "nobody answers");
        });
        cleanups.push("bug", () -> {
            throw new IllegalStateException("s3cr3t");
        });
        cleanups.push("last", () -> done.add("last"));
        cleanups.all();
        assertThat(done).containsExactly("last", "first");
        assertThat(log).hasSize(3).element(0).asString().startsWith("bug: java.lang.IllegalStateException at ");
        assertThat(log).endsWith("service: nobody answers", "file: EIO");
        assertThat(log.toString()).doesNotContain("s3cr3t");
    }

    @Test
    void undoesOnce() {
        cleanups.push("one", () -> done.add("one"));
        cleanups.all();
        cleanups.all();
        assertThat(done).hasSize(1);
    }
}
