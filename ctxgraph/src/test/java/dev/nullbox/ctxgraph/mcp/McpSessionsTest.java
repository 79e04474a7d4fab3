package dev.nullbox.ctxgraph.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class McpSessionsTest {
    /** Near the end of what nanoTime may say, past which it goes on below zero. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);

    private final McpSessions sessions = new McpSessions(now::get);

    @Test
    void idsAreDifferent() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            ids.add(sessions.begin(McpVersion.V2025_11_25).id());
        }
        assertThat(ids).hasSize(1_000).allMatch(id -> id.matches("[0-9a-f]{32}"));
    }

    @Test
    void idleOnesEnd() {
        String used = sessions.begin(McpVersion.V2025_11_25).id();
        String idle = sessions.begin(McpVersion.V2025_06_18).id();
        now.addAndGet(McpSessions.IDLE.toNanos() - 1);
        assertThat(sessions.find(used)).isPresent();
        now.addAndGet(1);
        assertThat(sessions.find(idle)).isEmpty();
        assertThat(sessions.find(used)).isPresent();
    }

    @Test
    void aFullHouseLosesTheOneIdleLongest() {
        String first = sessions.begin(McpVersion.V2025_11_25).id();
        String second = sessions.begin(McpVersion.V2025_11_25).id();
        for (int i = 2; i < McpSessions.MAX; i++) {
            sessions.begin(McpVersion.V2025_11_25);
        }
        assertThat(sessions.find(first)).isPresent();
        sessions.begin(McpVersion.V2025_11_25);
        assertThat(sessions.find(second)).isEmpty();
        assertThat(sessions.find(first)).isPresent();
    }

    @Test
    void subscriptionsAreBounded() throws Exception {
        McpSession session = sessions.begin(McpVersion.V2025_11_25);
        for (int i = 0; i < McpSession.MAX_SUBSCRIPTIONS; i++) {
            session.subscribe("memory://keys/ada/" + i);
        }
        session.subscribe("memory://keys/ada/0");
        assertThatThrownBy(() -> session.subscribe("memory://keys/ada/more")).hasMessageContaining("at most 64");
        session.unsubscribe("memory://keys/ada/0");
        session.subscribe("memory://keys/ada/more");
        assertThat(session.subscriptions()).hasSize(McpSession.MAX_SUBSCRIPTIONS);
    }
}
