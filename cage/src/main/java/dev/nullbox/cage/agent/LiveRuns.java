package dev.nullbox.cage.agent;

import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Numbers of one agent's runs, its own and those beside it, and which of them live. For any thread.
 *
 * <p>The warden ends leases of runs that it is not told of, so that requests for leases of one agent are made one after
 * another: one that was overtaken would end the lease of a run that has begun since.
 */
final class LiveRuns {
    /** Request for a lease; takes the runs whose leases stay. */
    @FunctionalInterface
    interface Request {
        ServiceClients.GrantedLease lease(List<Long> live) throws RpcException;
    }

    private final Set<Long> live = new TreeSet<>();
    private final Object leasing = new Object();
    private long last;

    /** @param last the greatest number that a run of the agent has had */
    LiveRuns(long last) {
        this.last = last;
    }

    /** Begins a run; its number. */
    synchronized long begin() {
        last++;
        live.add(last);
        return last;
    }

    /** Ends a run. */
    synchronized void end(long number) {
        live.remove(number);
    }

    private synchronized List<Long> live() {
        return new ArrayList<>(live);
    }

    ServiceClients.GrantedLease lease(Request request) throws RpcException {
        synchronized (leasing) {
            return request.lease(live());
        }
    }
}
