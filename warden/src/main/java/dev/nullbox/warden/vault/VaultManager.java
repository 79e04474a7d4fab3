package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.Credential;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * State machine of the vault: new, sealed, unsealed, refused; and the credentials that may change its state. For any
 * thread.
 */
public final class VaultManager implements AutoCloseable {
    private final VaultStore store;
    private final UnsealThrottle throttle;
    private volatile State state;

    /** State of the vault. */
    public sealed interface State {
        /** No vault yet. */
        record New() implements State {}

        /** Sealed: a vault whose key is not in memory. */
        record Sealed(List<Slot> slots) implements State {
            public Sealed {
                slots = List.copyOf(slots);
            }
        }

        /** An open vault. */
        record Unsealed(Vault vault) implements State {}

        /** A file that no key opens. */
        record Refused(VaultOpenResult.Refused why) implements State {}
    }

    /**
     * Key slot, as operators see it.
     *
     * @param number of the slot
     * @param kind {@code "key"} or {@code "passphrase"}
     */
    public record Slot(int number, String kind) {}

    private VaultManager(VaultStore store, UnsealThrottle throttle, State state) {
        this.store = store;
        this.throttle = throttle;
        this.state = state;
    }

    /**
     * Finds the present state; opens nothing.
     *
     * @param nanos as {@link System#nanoTime}
     * @throws IOException when files cannot be read
     */
    public static VaultManager of(VaultStore store, LongSupplier nanos) throws IOException {
        State state;
        try {
            state = store.find()
                    .<State>map(header -> new State.Sealed(slots(header)))
                    .orElseGet(State.New::new);
        } catch (RpcException e) {
            state = new State.Refused(new VaultOpenResult.Refused(e));
        }
        return new VaultManager(store, UnsealThrottle.load(store.files(), nanos), state);
    }

    public State state() {
        return state;
    }

    /** Number of failed attempts in a row. */
    public long failedAttempts() {
        return throttle.failures();
    }

    /** Seconds until the next attempt may be made. */
    public long retryAfterSeconds() {
        return throttle.retryAfterSeconds();
    }

    /** The vault's slots; none when there is no vault. */
    public List<Slot> slots() {
        return switch (state) {
            case State.Sealed(List<Slot> slots) -> slots;
            case State.Unsealed(Vault vault) -> slots(vault.header());
            case State.New(), State.Refused _ -> List.of();
        };
    }

    /** Tells whether the vault is open. */
    public boolean isOpen() {
        return state instanceof State.Unsealed;
    }

    /**
     * The open vault.
     *
     * @throws RpcException when it is not open, with the reason
     */
    public Vault vault() throws RpcException {
        return switch (state) {
            case State.Unsealed(Vault vault) -> vault;
            case State.Sealed _ ->
                throw new RpcException(VaultReason.VAULT_SEALED, "the vault is sealed; nullctl vault unseal opens it");
            case State.New() ->
                throw new RpcException(VaultReason.VAULT_NEW, "there is no vault yet; nullctl vault init makes one");
            case State.Refused(VaultOpenResult.Refused why) -> throw new RpcException(why.reason(), why.message());
        };
    }

    /** Creates the vault, which each credential opens, and leaves it unsealed. */
    public synchronized Vault init(List<Credential> credentials) throws RpcException, IOException {
        if (!(state instanceof State.New)) {
            throw new RpcException(VaultReason.VAULT_EXISTS, "there is a vault already; nullctl vault unseal opens it");
        }
        Vault vault = store.create(credentials);
        state = new State.Unsealed(vault);
        return vault;
    }

    /**
     * Result of an unseal.
     *
     * @param slot number of the slot that opened it
     */
    public record Opened(int slot, Vault.Size size) {}

    /** Opens the vault. */
    public synchronized Opened unseal(Credential credential) throws RpcException, IOException {
        if (state instanceof State.Unsealed) {
            throw new RpcException(VaultReason.ALREADY_UNSEALED, "the vault is unsealed already");
        }
        if (!(state instanceof State.Sealed)) {
            vault();
        }
        // A file that no credential opens proves nothing about this one: it neither counts nor clears the count.
        store.find();
        throttle.begin();
        return switch (store.open(credential)) {
            case VaultOpenResult.Opened(Vault vault, int slot) ->
                VaultAction.orElse(vault::close, () -> {
                    throttle.succeeded();
                    state = new State.Unsealed(vault);
                    return new Opened(slot, vault.size());
                });
            case VaultOpenResult.Refused(VaultReason reason, String message) ->
                throw refused(new RpcException(reason, message));
        };
    }

    /** Wipes the keys. */
    public synchronized void seal() throws RpcException {
        vault();
        sealIfOpen();
    }

    /**
     * Replaces the credential that proves the caller by a new one, or adds the new one.
     *
     * @param keep whether the old one stays
     * @param newDataKey whether all records are sealed anew under another key; then no credential opens them but the new
     *     one, and the old one if it is kept
     * @param around makes the change, once the caller has shown that it may be made
     * @return the slots then
     */
    public synchronized List<Slot> rekey(
            Credential proof,
            Credential replacement,
            boolean keep,
            boolean newDataKey,
            VaultAction.Around<List<Slot>> around)
            throws RpcException, IOException {
        Vault vault = vault();
        int proven = prove(vault, proof);
        List<KeySlot> stay = new ArrayList<>(vault.header().slots());
        stay.removeIf(slot -> newDataKey || (!keep && slot.number() == proven));
        if (stay.size() >= VaultLimits.MAX_SLOTS) {
            throw new RpcException(
                    VaultReason.SLOTS_FULL, "the vault has " + VaultLimits.MAX_SLOTS + " key slots; remove one first");
        }
        SortedMap<Integer, Credential> wrapped = new TreeMap<>();
        if (!keep) {
            wrapped.put(proven, replacement);
        } else if (newDataKey) {
            wrapped.put(proven, proof);
            wrapped.put(proven == 1 ? 2 : 1, replacement);
        } else {
            wrapped.put(free(stay), replacement);
        }
        return around.run(() -> {
            vault.rekey(stay, wrapped, newDataKey);
            return slots(vault.header());
        });
    }

    /**
     * Removes a slot.
     *
     * @param around makes the change, once the caller has shown that it may be made
     * @return the slots then
     */
    public synchronized List<Slot> removeSlot(Credential proof, int number, VaultAction.Around<List<Slot>> around)
            throws RpcException, IOException {
        Vault vault = vault();
        prove(vault, proof);
        List<KeySlot> slots = new ArrayList<>(vault.header().slots());
        if (!slots.removeIf(slot -> slot.number() == number)) {
            throw new RpcException(
                    VaultReason.SLOT_UNKNOWN, "no key slot has the number " + number + "; vault status lists them");
        }
        if (slots.isEmpty()) {
            throw new RpcException(VaultReason.LAST_SLOT, "the vault has no other key slot; add one first");
        }
        return around.run(() -> {
            vault.replaceSlots(slots);
            return slots(vault.header());
        });
    }

    /**
     * Adds the content of another vault's file: all or nothing.
     *
     * @param overwrite see {@link Vault#importFrom}
     * @param around makes the change
     */
    public Vault.Size importFile(
            String name, Credential credential, boolean overwrite, VaultAction.Around<Vault.Size> around)
            throws RpcException, IOException {
        Vault vault = vault();
        try (VaultImport other = store.openForImport(name, credential)) {
            return around.run(() -> vault.importFrom(other, overwrite));
        }
    }

    /** Wipes the keys, if they are in memory. */
    public synchronized void sealIfOpen() {
        if (state instanceof State.Unsealed(Vault vault)) {
            state = new State.Sealed(slots(vault.header()));
            vault.close();
        }
    }

    @Override
    public void close() {
        sealIfOpen();
    }

    public VaultStore store() {
        return store;
    }

    private int prove(Vault vault, Credential proof) throws RpcException, IOException {
        throttle.begin();
        try {
            VaultStore.Unlocked unlocked = VaultStore.unlock(vault.header(), proof);
            unlocked.keys().close();
            throttle.succeeded();
            return unlocked.slot();
        } catch (RpcException e) {
            throw refused(e);
        }
    }

    /** Counts a wrong credential; other refusals are no failures of an attempt. */
    private RpcException refused(RpcException why) throws IOException {
        if (why.is(VaultReason.WRONG_KEY)) {
            throttle.failed();
        } else {
            throttle.succeeded();
        }
        return why;
    }

    private static int free(List<KeySlot> slots) {
        int number = 1;
        while (taken(slots, number)) {
            number++;
        }
        return number;
    }

    private static boolean taken(List<KeySlot> slots, int number) {
        return slots.stream().anyMatch(slot -> slot.number() == number);
    }

    private static List<Slot> slots(VaultHeader header) {
        return header.slots().stream()
                .map(slot -> new Slot(slot.number(), slot.kindName()))
                .toList();
    }
}
