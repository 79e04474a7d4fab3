package dev.nullbox.egress;

import dev.nullbox.natives.Nftables;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's table: transactions by libnftables, and its repair when another process has changed it. A change is noticed
 * by the kernel's generation number. What differs alone is mended, else the table is made anew, both in one transaction and
 * read back; when neither can be, a second table keeps agents from the network until it can. Not safe for use by several
 * threads at once: {@link Firewall} takes care of that.
 */
final class KernelTable implements AutoCloseable {
    private final Nftables nft;
    private final Generation generation;
    private final AgentNetwork network;
    private final int gateUser;
    private final KnownTable known;
    private final Listener listener;

    /** Generation after the last transaction of our own; 0 when the table may differ from what it was made. */
    private int seen;

    private boolean isClosed;

    /** Number of the kernel's rules, which grows by 1 with each transaction of any process and is never 0. */
    @FunctionalInterface
    interface Generation {
        int read() throws SyscallException;
    }

    /** Listener for changes of the table by others. */
    interface Listener {
        /** The table differed, and is as it was made again. */
        void repaired(List<String> differences);

        /**
         * The table differs, and stays so.
         *
         * @param isClosed whether agents are kept from the network meanwhile
         */
        void failed(List<String> differences, String why, boolean isClosed);
    }

    /**
     * @param gateUser number of the gate's user, which alone may connect for agents
     * @param rules the store of applied rules, that of this process alone
     */
    KernelTable(
            Nftables nft,
            Generation generation,
            AgentNetwork network,
            int gateUser,
            RulesStore rules,
            Listener listener) {
        this.nft = nft;
        this.generation = generation;
        this.network = network;
        this.gateUser = gateUser;
        this.known = new KnownTable(network, gateUser, rules);
        this.listener = listener;
    }

    /** The table as it must be, which its user keeps true before each change. */
    KnownTable known() {
        return known;
    }

    /** Has the table read before the next change: a transaction of our own may be in force in part. */
    void distrust() {
        seen = 0;
    }

    /**
     * Installs default drop, and the rules of agents that a former process has applied. Where the table is there already
     * only what differs changes.
     *
     * @throws RpcException when the kernel refuses it or lists other rules; agents are then kept from the network
     */
    void start() throws RpcException {
        boolean wasThere;
        try {
            TableListing listing = listing();
            wasThere = listing.has(TableRepair.CHAIN + "forward");
            known.restore(listing);
        } catch (RpcException | IOException unreadable) {
            isClosed = shut();
            throw failure(unreadable);
        }
        mend(wasThere);
        change(BaseTable.open());
    }

    /**
     * Mends the table if another process has changed it since the last transaction.
     *
     * @throws RpcException when it cannot be mended; agents are then kept from the network
     */
    void settle() throws RpcException {
        if (isClosed || seen == 0 || readGeneration() != seen) {
            mend(true);
        }
    }

    /** The generation, 0 when it cannot be read. */
    private int readGeneration() {
        try {
            return generation.read();
        } catch (SyscallException unknown) {
            return 0;
        }
    }

    private void mend(boolean isTold) throws RpcException {
        List<String> differences = List.of();
        int before = readGeneration();
        try {
            TableRepair repair = new TableRepair(network, gateUser, known.expected(), listing());
            differences = repair.differences();
            seen = before;
            if (!differences.isEmpty()) {
                mend(repair);
            }
            if (isClosed) {
                change(BaseTable.open());
                isClosed = false;
            }
        } catch (RpcException | IOException failure) {
            seen = 0;
            isClosed = shut();
            listener.failed(differences, String.valueOf(failure.getMessage()), isClosed);
            throw failure(failure);
        }
        if (isTold && !differences.isEmpty()) {
            listener.repaired(differences);
        }
    }

    private static RpcException failure(Exception failure) {
        return failure instanceof RpcException refused
                ? refused
                : new RpcException(
                        EgressReason.EGRESS_APPLY_FAILED, "the rules that were applied last: " + failure.getMessage());
    }

    /** Mends what differs alone, if that suffices, else makes the table anew. */
    private void mend(TableRepair repair) throws RpcException, IOException {
        Optional<String> small = repair.mend();
        if (small.isPresent() && isMendedBy(small.get())) {
            return;
        }
        change(repair.rebuild());
        List<String> left = new TableRepair(network, gateUser, known.expected(), listing()).differences();
        if (!left.isEmpty()) {
            throw new RpcException(EgressReason.EGRESS_READ_BACK_DIFFERS, left.getFirst());
        }
    }

    private boolean isMendedBy(String script) throws IOException {
        try {
            change(script);
            return new TableRepair(network, gateUser, known.expected(), listing())
                    .differences()
                    .isEmpty();
        } catch (RpcException refused) {
            return false;
        }
    }

    /** Keeps all agents from the network; tells whether the kernel took it. */
    private boolean shut() {
        try {
            change(BaseTable.close(network, gateUser));
            return true;
        } catch (RpcException refused) {
            return false;
        }
    }

    /** The table as the kernel lists it; that of none when there is no table. */
    TableListing listing() throws RpcException {
        if (nft.runCmdFromBuffer("list table " + NftText.TABLE + "\n") == 0) {
            return TableListing.parse(nft.outputBuffer());
        }
        String complaint = nft.errorBuffer();
        if (complaint.contains("No such file or directory")) {
            return TableListing.NONE;
        }
        throw refused(complaint);
    }

    /** Runs one transaction, and notes whether it was the only one meanwhile; one that is refused leaves no trace. */
    void change(String commands) throws RpcException {
        int before = readGeneration();
        boolean isKnown = before != 0 && before == seen;
        seen = 0;
        try {
            query(commands);
        } finally {
            int after = readGeneration();
            boolean isAlone = after == before || after == before + 1 || (before == -1 && after == 1);
            seen = isKnown && isAlone ? after : 0;
        }
    }

    /** Runs commands that list. */
    String query(String commands) throws RpcException {
        if (nft.runCmdFromBuffer(commands) != 0) {
            throw refused(nft.errorBuffer());
        }
        return nft.outputBuffer();
    }

    private static RpcException refused(String complaint) {
        String first = complaint.strip();
        int end = first.indexOf('\n');
        return new RpcException(
                EgressReason.EGRESS_APPLY_FAILED,
                "the kernel's packet filter refused: " + (end < 0 ? first : first.substring(0, end)));
    }

    @Override
    public void close() {
        nft.close();
    }
}
