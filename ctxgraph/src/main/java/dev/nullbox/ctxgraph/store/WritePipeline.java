package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.admission.RateLimits;
import dev.nullbox.ctxgraph.admission.RequestScheduler;
import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** Pipeline of an agent's writes to the writing thread: scope, then quota, then preparation, then commit. */
final class WritePipeline {
    private static final int MAX_WRITES = 64;

    private final Committer committer;
    private final RequestScheduler scheduler;
    private final RateLimits rates;

    WritePipeline(Committer committer, RequestScheduler scheduler, LongSupplier nanoClock) {
        this.committer = committer;
        this.scheduler = scheduler;
        this.rates = new RateLimits(nanoClock);
    }

    /** Writes as {@link Memory#write} says. */
    List<Memory.Written> write(Principal principal, List<Put> puts) throws RpcException {
        if (puts.isEmpty() || puts.size() > MAX_WRITES) {
            throw new RpcException(
                    MemoryReason.WRITES, "1 to " + MAX_WRITES + " writes at once", MemoryContract.KEY.name());
        }
        Set<MemoryKey> keys = new HashSet<>();
        for (Put put : puts) {
            principal.requireWrite(put.key());
            if (!keys.add(put.key())) {
                throw new RpcException(
                        MemoryReason.WRITES,
                        "key: " + put.key() + " is given twice in one write",
                        MemoryContract.KEY.name());
            }
        }
        return withinQuota(() -> {
            rates.require(principal, puts.size());
            List<PreparedWrite> all = new ArrayList<>(puts.size());
            for (Put put : puts) {
                all.add(PreparedWrite.of(principal.agent(), put));
            }
            rates.take(principal, puts.size());
            try {
                return committer.change(writes -> {
                    writes.check(principal, all);
                    List<Memory.Written> written = new ArrayList<>(all.size());
                    for (PreparedWrite one : all) {
                        written.add(writes.apply(principal, one));
                    }
                    return written;
                });
            } catch (RpcException e) {
                if (e.kind() == ErrorKind.CONFLICT) {
                    rates.giveBack(principal, puts.size());
                }
                throw e;
            }
        });
    }

    /** Stages a chunk of at most {@link Blob#MAX_CHUNK_BYTES} for a blob of this principal. */
    NodeId stage(Principal principal, byte[] data) throws RpcException {
        if (data.length == 0 || data.length > Blob.MAX_CHUNK_BYTES) {
            throw new RpcException(
                    MemoryReason.CHUNK,
                    "data: a chunk has 1 to " + Blob.MAX_CHUNK_BYTES + " bytes",
                    TransferContract.DATA.name());
        }
        return withinQuota(() -> {
            rates.take(principal, 1);
            return committer.change(writes -> Blobs.stage(writes, principal, data));
        });
    }

    @FunctionalInterface
    private interface Write<T> {
        T write() throws RpcException;
    }

    private <T> T withinQuota(Write<T> write) throws RpcException {
        try {
            return write.write();
        } catch (RpcException e) {
            if (e.detail().startsWith("QUOTA_")) {
                scheduler.slowDown();
            }
            throw e;
        }
    }
}
