package dev.nullbox.gateway;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which service a method belongs to, by the part of its name before the first dot.
 *
 * <p>What no operator may call is refused here too, before the service itself refuses it to the gateway's user: what
 * hands secrets to runs of agents, opens doors for them or lets them through the walls is between host services.
 */
final class Routes {
    private static final Map<String, String> SERVICES = Map.of(
            "nulld", "nulld",
            "egress", "egress",
            "vault", "warden",
            "memory", "ctxgraph",
            "agent", "cage");

    private static final Set<String> INTERNAL =
            Set.of("vault.lease", "vault.fetch", "memory.attach", "memory.detach", "egress.add", "egress.remove");

    private final Path sockets;

    /**
     * @param sockets the directory of the services' sockets
     */
    Routes(Path sockets) {
        this.sockets = sockets;
    }

    /** Whether the method is, or would be, warden's. */
    static boolean toWarden(String method) {
        return method.startsWith("vault.");
    }

    /** The socket of the method's service; absent when there is no such method for operators. */
    Optional<Path> socket(String method) {
        int dot = method.indexOf('.');
        if (dot < 0 || INTERNAL.contains(method)) {
            return Optional.empty();
        }
        return Optional.ofNullable(SERVICES.get(method.substring(0, dot))).map(name -> sockets.resolve(name + ".sock"));
    }
}
