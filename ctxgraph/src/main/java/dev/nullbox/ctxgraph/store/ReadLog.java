package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.rpc.RpcException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Notes which nodes each run has read, so that it can be told later what may have come from them. A note is queued
 * before the content is handed over, and so stands in the tables before anything that the run writes after it; it is
 * not waited for. Runs that no one told (0) are noted as one; operators are not.
 */
final class ReadLog {
    private static final int REMEMBERED = 4_096;

    private record Noted(PrincipalName agent, long run, NodeId node) {}

    private final Committer committer;

    /** What was noted of late; what fell out of it is noted twice, which changes nothing. */
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
     * Notes a read.
     *
     * @param position the last sequence number when it was read
     */
    void note(Principal actor, NodeId node, long position) throws RpcException {
        if (actor.agent().equals(Principal.OPERATOR)) {
            return;
        }
        Noted noted = new Noted(actor.agent(), actor.run(), node);
        synchronized (recent) {
            if (recent.containsKey(noted)) {
                return;
            }
        }
        committer.submit(writes -> writes.read(actor, node, position));
        // Only once it is queued: a refused one is to be noted when the read is tried again. Two at a time do no harm.
        synchronized (recent) {
            recent.put(noted, true);
        }
    }
}
