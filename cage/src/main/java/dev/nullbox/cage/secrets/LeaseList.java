package dev.nullbox.cage.secrets;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The warden's leases at one moment, as {@code vault.leases} tells them.
 *
 * @param seq the state's number
 * @param isWhole whether a lease that is not among them is over
 * @param leases by which the warden calls them
 */
public record LeaseList(long seq, boolean isWhole, Map<String, Told> leases) {
    /** The state of what may be used. */
    public static final String ACTIVE = "active";

    private static final String ENDED = "ended";

    /**
     * One lease.
     *
     * @param refs the state of each of its secrets, by name
     */
    record Told(String state, Map<String, String> refs) {
        Told {
            refs = Map.copyOf(refs);
        }
    }

    public LeaseList {
        leases = Map.copyOf(leases);
    }

    /** The list in an answer of the warden. */
    public static LeaseList of(Message answer) {
        Map<String, Told> leases = new HashMap<>();
        boolean isWhole = answer.get(VaultContract.LEFT_OUT) == 0;
        for (Message lease : answer.get(VaultContract.LEASE_LIST)) {
            String state = lease.get(Fields.STATE);
            Map<String, String> refs = new HashMap<>();
            for (Message ref : lease.get(VaultContract.LENT)) {
                refs.put(ref.get(VaultContract.NAME).value(), ref.get(Fields.STATE));
            }
            leases.put(lease.get(VaultContract.LEASE), new Told(state, refs));
            // Those in force come first: once one is over, all of them have been told.
            isWhole |= !state.equals(ACTIVE);
        }
        return new LeaseList(answer.get(Fields.SEQ), isWhole, leases);
    }

    /** How a secret of a lease stands: {@link #ACTIVE}, or what has become of it; absent when that is not told. */
    public Optional<String> state(String lease, String name) {
        Told told = leases.get(lease);
        if (told == null) {
            return isWhole ? Optional.of(ENDED) : Optional.empty();
        }
        return Optional.of(told.state().equals(ACTIVE) ? told.refs().getOrDefault(name, ENDED) : told.state());
    }
}
