package dev.nullbox.cage.secrets;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.RpcException;
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

    /**
     * The list in an answer of the warden.
     *
     * @throws RpcException INTERNAL when any of it is garbled: half an answer is none
     */
    public static LeaseList of(JsonElement answer) throws RpcException {
        if (!(answer instanceof JsonObject object)) {
            throw garbled();
        }
        Map<String, Told> leases = new HashMap<>();
        boolean isWhole = number(object, "left_out") == 0;
        for (JsonElement element : array(object, "leases")) {
            if (!(element instanceof JsonObject lease)) {
                throw garbled();
            }
            String state = text(lease, "state");
            leases.put(text(lease, "lease"), new Told(state, refs(lease)));
            // Those in force come first: once one is over, all of them have been told.
            isWhole |= !state.equals(ACTIVE);
        }
        return new LeaseList(number(object, "seq"), isWhole, leases);
    }

    private static Map<String, String> refs(JsonObject lease) throws RpcException {
        Map<String, String> refs = new HashMap<>();
        for (JsonElement element : array(lease, "refs")) {
            if (!(element instanceof JsonObject ref)) {
                throw garbled();
            }
            refs.put(text(ref, "name"), text(ref, "state"));
        }
        return refs;
    }

    /** How a secret of a lease stands: {@link #ACTIVE}, or what has become of it; absent when that is not told. */
    public Optional<String> state(String lease, String name) {
        Told told = leases.get(lease);
        if (told == null) {
            return isWhole ? Optional.of(ENDED) : Optional.empty();
        }
        return Optional.of(told.state().equals(ACTIVE) ? told.refs().getOrDefault(name, ENDED) : told.state());
    }

    private static JsonArray array(JsonObject object, String name) throws RpcException {
        if (object.get(name) instanceof JsonArray array) {
            return array;
        }
        throw garbled();
    }

    private static String text(JsonObject object, String name) throws RpcException {
        if (object.get(name) instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw garbled();
    }

    private static long number(JsonObject object, String name) throws RpcException {
        if (object.get(name) instanceof JsonPrimitive number && number.isNumber()) {
            try {
                return number.getAsLong();
            } catch (NumberFormatException e) {
                throw garbled();
            }
        }
        throw garbled();
    }

    private static RpcException garbled() {
        return new RpcException(RpcException.Code.INTERNAL, "LEASES", "the warden told its leases garbled");
    }
}
