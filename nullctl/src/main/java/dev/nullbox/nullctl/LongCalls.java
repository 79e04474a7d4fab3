package dev.nullbox.nullctl;

import java.time.Duration;
import java.util.Set;

/** Methods that go through a whole store, however large, and so have a deadline of their own. */
final class LongCalls {
    /** No longer than the services themselves allow. */
    static final Duration DEADLINE = Duration.ofHours(1);

    private static final Set<String> METHODS =
            Set.of("memory.backup", "memory.export", "memory.import", "memory.restore");

    private LongCalls() {}

    static boolean has(String method) {
        return METHODS.contains(method);
    }
}
