package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoTest {
    private final List<String> done = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final Undo undo = new Undo(complaints::add);

    /** A bug in one of them once left the lease in force. */
    @Test
    void whateverFailsKeepsNoOtherFromBeingUndone() {
        undo.push("first", () -> done.add("first"));
        undo.push("file", () -> {
            throw new IOException("EIO");
        });
        undo.push("service", () -> {
            throw new RpcException(CallReason.NOT_LISTENING, "nobody answers");
        });
        undo.push("bug", () -> {
            throw new IllegalStateException("s3cr3t");
        });
        undo.push("last", () -> done.add("last"));
        undo.all();
        assertThat(done).containsExactly("last", "first");
        assertThat(complaints).hasSize(3).element(0).asString().startsWith("bug: java.lang.IllegalStateException at ");
        assertThat(complaints).endsWith("service: nobody answers", "file: EIO");
        assertThat(complaints.toString()).doesNotContain("s3cr3t");
    }

    @Test
    void undoesOnce() {
        undo.push("one", () -> done.add("one"));
        undo.all();
        undo.all();
        assertThat(done).hasSize(1);
    }
}
