package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.rpc.RpcException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Record of which nodes each run has read, from which the influence on its later writes derives. A record is queued
 * before the content is returned, and is therefore in the tables before anything that the run writes after it; the
 * reader does not wait for it. Reads of unnumbered runs (0) are recorded as one run's; those of operators are not
 * recorded.
 */
final class ReadLog {
    private static final int REMEMBERED = 4_096;

    private record Noted(PrincipalName agent, long run, NodeId node) {}

    private final Committer committer;

    /** Recently recorded reads; one that was evicted is recorded twice, which changes nothing. */
    private final Map<Noted, Boolean> recent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Noted, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    ReadLog(Committer committer) {
        this.committer = committer;
    }

    /**
     * Records a read.
     *
     * @param position the last sequence number at the time of the read
     */
    void note(Principal principal, NodeId node, long position) throws RpcException {
        if (principal.agent().equals(Principal.OPERATOR)) {
            return;
        }
        Noted noted = new Noted(principal.agent(), principal.run(), node);
        synchronized (recent) {
            if (recent.containsKey(noted)) {
                return;
            }
        }
        committer.submit(writes -> writes.read(principal, node, position));
        // Only once it is queued: a refused record is to be made again when the read is retried. A record made twice is
        // harmless.
        synchronized (recent) {
            recent.put(noted, true);
        }
    }
}
