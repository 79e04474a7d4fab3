package dev.nullbox.ctxgraph.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.ctxgraph.store.Influence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Agents that ask for what takes long, and how others fare meanwhile. */
@Timeout(120)
class NeighbourTest {
    private static final int KEYS = 400;

    private final Principal ada = TestMemory.principal("ada");
    private final Principal bob = TestMemory.principal("bob");

    @TempDir
    private Path directory;

    private TestMemory memory;

    @BeforeEach
    void open() throws Exception {
        memory = new TestMemory(directory);
    }

    @AfterEach
    void close() throws Exception {
        memory.close();
    }

    private NodeId fill(int from, int to) throws Exception {
        NodeId last = NodeId.of(new byte[0]);
        for (int i = from; i < to; i += 50) {
            List<Put> puts = new ArrayList<>();
            for (int j = i; j < Math.min(to, i + 50); j++) {
                puts.add(Put.of(new MemoryKey("ada/k" + j), new JsonPrimitive("number " + j)));
            }
            last = memory.memory().write(ada, puts).getLast().id();
        }
        return last;
    }

    /** Once twelve such listings of one agent took all connections, and whoever else asked was refused after 10 s. */
    @Test
    void anotherAgentsReadsGoOnBesideAFlood() throws Exception {
        fill(0, KEYS);
        memory.memory().put(bob, Put.of(new MemoryKey("bob/k"), new JsonPrimitive("v")));
        AtomicBoolean over = new AtomicBoolean();
        List<Future<Integer>> flood = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(12)) {
            for (int i = 0; i < 12; i++) {
                flood.add(threads.submit(() -> {
                    int lists = 0;
                    while (!over.get()) {
                        memory.memory().list(ada.excluding(List.of(Source.parse("bob"))), "", "", KEYS);
                        memory.memory().search(ada, Query.of("number", "", 100));
                        lists++;
                    }
                    return lists;
                }));
            }
            long worst = 0;
            try {
                for (int i = 0; i < 100; i++) {
                    long begun = System.nanoTime();
                    assertThat(memory.memory().get(bob, new MemoryKey("bob/k"))).isPresent();
                    assertThat(memory.memory().search(bob, Query.of("v", "", 10)))
                            .hasSize(1);
                    worst = Math.max(worst, System.nanoTime() - begun);
                }
            } finally {
                over.set(true);
            }
            assertThat(Duration.ofNanos(worst)).isLessThan(Duration.ofSeconds(2));
        }
        assertThat(flood.stream().mapToInt(Future::resultNow).sum()).isPositive();
    }

    @Test
    void oneListingLooksAtSoManyAncestorsAndNoMore() throws Exception {
        fill(0, Influence.MAX_NODES + 1);
        List<Source> without = List.of(Source.parse("bob"));
        assertThat(memory.memory().list(ada.excluding(without), "", "", 1_000).items())
                .hasSize(1_000);
        // Each write that follows comes from all that the run has read.
        Principal other = TestMemory.principal("eve", "ada/*");
        String after = "";
        do {
            Memory.Page<Memory.Entry> page = memory.memory().entries(other, "ada/", after, 1_000);
            after = page.next().orElse("");
        } while (!after.isEmpty());
        memory.memory().put(other, Put.of(new MemoryKey("eve/a"), new JsonPrimitive("a")));
        memory.memory().put(other, Put.of(new MemoryKey("eve/b"), new JsonPrimitive("b")));
        assertThat(memory.memory().list(other.excluding(without), "eve/", "", 1).items())
                .isEmpty();
        assertThatThrownBy(() -> memory.memory().list(other.excluding(without), "eve/", "", 2))
                .hasMessageContaining("ask for fewer");
    }
}
