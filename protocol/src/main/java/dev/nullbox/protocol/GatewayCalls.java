package dev.nullbox.protocol;

import java.time.Duration;
import java.util.Set;

/** The operators' way to the services: the gateway's port, and how long a call may take. */
public final class GatewayCalls {
    /** TCP port of the appliance. */
    public static final int PORT = 7443;

    /** For a service to answer. */
    public static final Duration DEADLINE = Duration.ofSeconds(60);

    /** The same for methods that go through a whole store, however large; no longer than the services themselves allow. */
    public static final Duration LONG_DEADLINE = Duration.ofHours(1);

    private static final Set<String> LONG = Set.of("memory.backup", "memory.export", "memory.import", "memory.restore");

    private GatewayCalls() {}

    /** Whether the method has {@link #LONG_DEADLINE}. */
    public static boolean isLong(String method) {
        return LONG.contains(method);
    }

    /** How long the method's service may take. */
    public static Duration deadline(String method) {
        return isLong(method) ? LONG_DEADLINE : DEADLINE;
    }
}
