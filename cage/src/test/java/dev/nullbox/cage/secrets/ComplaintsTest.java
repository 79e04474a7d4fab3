package dev.nullbox.cage.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ComplaintsTest {
    private final List<String> lines = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong(5_000);
    private final Complaints complaints = new Complaints(lines::add, clock::get);

    @Test
    void saysOneOfEachKindASecondAndCountsTheOthers() {
        for (int i = 0; i < 1_000; i++) {
            complaints.say("far", "from afar");
            complaints.say("half", "half a request");
        }
        assertThat(lines).containsExactly("cage: from afar", "cage: half a request");
        clock.addAndGet(999);
        complaints.say("far", "from afar");
        assertThat(lines).hasSize(2);
        clock.addAndGet(1);
        complaints.say("far", "from afar");
        assertThat(lines).hasSize(3).last().isEqualTo("cage: from afar (1000 more of the kind left out)");
        clock.addAndGet(60_000);
        complaints.say("far", "from afar");
        complaints.say("far", "from afar");
        assertThat(lines).hasSize(4).last().isEqualTo("cage: from afar");
    }

    @Test
    void namesABugWithoutItsMessage() {
        String bug = Complaints.bug(new IllegalStateException("s3cr3t"));
        assertThat(bug).startsWith("java.lang.IllegalStateException at ").doesNotContain("s3cr3t");
    }
}
