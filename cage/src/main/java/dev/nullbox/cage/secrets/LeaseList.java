package dev.nullbox.cage.secrets;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Leases of the warden at one moment, from {@code vault.leases}.
 *
 * @param seq the state's number
 * @param isWhole whether a lease that is not among them has ended
 * @param leases by the warden's names
 */
public record LeaseList(long seq, boolean isWhole, Map<String, LeaseState> leases) {
    /** State of a usable lease. */
    public static final String ACTIVE = "active";

    private static final String ENDED = "ended";

    /**
     * State of one lease.
     *
     * @param refs the state of each of its secrets, by name
     */
    record LeaseState(String state, Map<String, String> refs) {
        LeaseState {
            refs = Map.copyOf(refs);
        }
    }

    public LeaseList {
        leases = Map.copyOf(leases);
    }

    /** The list in an answer of the warden. */
    public static LeaseList of(Message response) {
        Map<String, LeaseState> leases = new HashMap<>();
        boolean isWhole = response.get(VaultContract.LEFT_OUT) == 0;
        for (Message lease : response.get(VaultContract.LEASE_LIST)) {
            String state = lease.get(Fields.STATE);
            Map<String, String> refs = new HashMap<>();
            for (Message ref : lease.get(VaultContract.LEASED)) {
                refs.put(ref.get(VaultContract.NAME).value(), ref.get(Fields.STATE));
            }
            leases.put(lease.get(VaultContract.LEASE), new LeaseState(state, refs));
            // Those in force come first: once one is over, all of them are in the list.
            isWhole |= !state.equals(ACTIVE);
        }
        return new LeaseList(response.get(Fields.SEQ), isWhole, leases);
    }

    /** The state of a lease's secret: {@link #ACTIVE} or the cause of its end; absent when the list lacks it. */
    public Optional<String> state(String lease, String name) {
        LeaseState found = leases.get(lease);
        if (found == null) {
            return isWhole ? Optional.of(ENDED) : Optional.empty();
        }
        return Optional.of(found.state().equals(ACTIVE) ? found.refs().getOrDefault(name, ENDED) : found.state());
    }
}
