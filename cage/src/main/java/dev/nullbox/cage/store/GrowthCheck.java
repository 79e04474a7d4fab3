package dev.nullbox.cage.store;

import dev.nullbox.manifest.Authority;
import dev.nullbox.manifest.AuthorityDiff;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import java.util.Optional;

/** Check that a version has no more rights than the current one, unless the operator accepted that very growth. */
final class GrowthCheck {
    /** Most lines of an error; a manifest has hundreds of rights at most. */
    private static final int MAX_LINES = 50;

    private GrowthCheck() {}

    /**
     * Accepts a version that does not grow, or grows as accepted.
     *
     * @param accepted the hash that the operator gave
     * @throws RpcException AGENT_GROWTH with the lines that grow and the option that accepts them
     */
    static void check(Authority current, Manifest next, Optional<String> accepted) throws RpcException {
        AuthorityDiff diff = AuthorityDiff.between(current, Authority.of(next));
        if (diff.growth().isEmpty() || accepted.filter(diff::isAcceptedBy).isPresent()) {
            return;
        }
        List<String> lines =
                diff.growth().stream().map(AuthorityDiff.Change::grown).toList();
        String more = lines.size() > MAX_LINES ? "\nand " + (lines.size() - MAX_LINES) + " more" : "";
        throw new RpcException(
                AgentReason.AGENT_GROWTH,
                next.agent().name() + " would be allowed more than it is"
                        + (accepted.isPresent() ? ", and the hash that was given is not this growth's" : "") + ":\n"
                        + String.join("\n", lines.subList(0, Math.min(MAX_LINES, lines.size())))
                        + more
                        + "\nto accept this: --accept-growth "
                        + diff.hash().substring(0, AuthorityDiff.SHORT_HASH),
                DeployContract.ACCEPT_GROWTH.name());
    }
}
