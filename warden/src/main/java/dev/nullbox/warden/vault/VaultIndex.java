package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * In-memory index of an open vault's records: names, versions, and the offset of each value; answers every query that
 * needs no value.
 */
final class VaultIndex {
    private final NavigableMap<SecretName, Entry> entries = new TreeMap<>(Comparator.comparing(SecretName::value));
    private int versions;
    private int marks;
    private int deleted;
    private long highest;

    /**
     * Place of a version in the file.
     *
     * @param sequence of its record, which no other record of this vault ever had
     * @param tagHigh with tagLow the record's last 16 bytes, by which another record at its offset is recognised
     */
    record Place(
            int version,
            long sequence,
            long created,
            boolean canary,
            boolean destroyed,
            long position,
            int length,
            long tagHigh,
            long tagLow) {
        boolean isAt(SealedRecord record) {
            return record.tagHigh() == tagHigh && record.tagLow() == tagLow;
        }
    }

    /** A secret: its versions, oldest first. */
    static final class Entry {
        private final SecretName name;
        private final List<Place> places = new ArrayList<>(1);
        private boolean deleted;

        private Entry(SecretName name) {
            this.name = name;
        }

        Place newest() {
            return places.getLast();
        }

        boolean isDeleted() {
            return deleted;
        }

        List<Place> places() {
            return List.copyOf(places);
        }

        boolean isCanary() {
            return places.stream().anyMatch(place -> place.canary() && !place.destroyed());
        }

        /** Tells whether a version's record has the number. */
        boolean holds(long sequence) {
            return places.stream().anyMatch(place -> place.sequence() == sequence);
        }

        /**
         * A version, or the newest.
         *
         * @throws RpcException when there is none of the number
         */
        Place place(Optional<Integer> version) throws RpcException {
            if (version.isEmpty()) {
                return newest();
            }
            return places.stream()
                    .filter(place -> place.version() == version.get())
                    .findFirst()
                    .orElseThrow(() -> new RpcException(
                            VaultReason.VERSION_UNKNOWN,
                            name + " has no version " + version.get() + "; the newest is " + newest().version()));
        }

        /**
         * A version that still has its value, or the newest if it has.
         *
         * @throws RpcException when there is none of the number, or it is destroyed
         */
        Place undestroyed(Optional<Integer> version) throws RpcException {
            Place place = place(version);
            if (place.destroyed()) {
                throw new RpcException(
                        VaultReason.VERSION_DESTROYED,
                        "version " + place.version() + " of " + name + " is destroyed; set it anew");
            }
            return place;
        }

        SecretInfo info(Place place) {
            SecretInfo.State state = place.destroyed()
                    ? SecretInfo.State.DESTROYED
                    : deleted ? SecretInfo.State.DELETED : SecretInfo.State.LIVE;
            return new SecretInfo(name, place.version(), place.created(), place.canary(), state);
        }

        /** Public facts of all versions, newest first. */
        List<SecretInfo> history() {
            return places.reversed().stream().map(this::info).toList();
        }
    }

    /**
     * Adds the next record of the file.
     *
     * @throws MalformedException when no vault can have written it there
     */
    void add(SealedRecord record, long position) throws MalformedException {
        SealedRecord.Head head = record.head();
        MalformedException.require(head.sequence() > highest, "order of records");
        highest = head.sequence();
        switch (head.kind()) {
            case VALUE, DESTROYED -> addVersion(record, head, position);
            case DELETED, UNDELETED -> {
                Entry entry = entries.get(head.name());
                boolean deletes = head.kind() == SealedRecord.Kind.DELETED;
                MalformedException.require(entry != null && entry.deleted != deletes, "order of records");
                MalformedException.require(marks < VaultLimits.MAX_MARKS, "number of marks");
                if (entry != null) {
                    entry.deleted = deletes;
                }
                deleted += deletes ? 1 : -1;
                marks++;
            }
        }
    }

    private void addVersion(SealedRecord record, SealedRecord.Head head, long position) throws MalformedException {
        Entry older = entries.get(head.name());
        MalformedException.require(
                older == null || head.version() > older.newest().version(), "order of records");
        MalformedException.require(
                older == null
                        ? entries.size() < VaultLimits.MAX_SECRETS
                        : older.places.size() < VaultLimits.MAX_VERSIONS,
                older == null ? "number of secrets" : "number of versions");
        MalformedException.require(versions < VaultLimits.MAX_ALL_VERSIONS, "number of versions");
        Entry entry = older == null ? new Entry(head.name()) : older;
        entries.put(entry.name, entry);
        boolean destroyed = head.kind() == SealedRecord.Kind.DESTROYED;
        entry.places.add(new Place(
                head.version(),
                head.sequence(),
                head.created(),
                head.canary(),
                destroyed,
                position,
                record.length(),
                record.tagHigh(),
                record.tagLow()));
        if (entry.deleted && !destroyed) {
            entry.deleted = false;
            deleted--;
        }
        versions++;
    }

    Optional<Entry> find(SecretName name) {
        return Optional.ofNullable(entries.get(name));
    }

    /**
     * The secret of the name.
     *
     * @throws RpcException when there is none
     */
    Entry entry(SecretName name) throws RpcException {
        return find(name)
                .orElseThrow(() -> new RpcException(VaultReason.SECRET_UNKNOWN, "no secret has the name " + name));
    }

    /** See {@link Vault#list}. */
    List<SecretInfo> list(Optional<SecretName> after, int max, boolean deleted) {
        NavigableMap<SecretName, Entry> rest = after.isEmpty() ? entries : entries.tailMap(after.get(), false);
        return rest.values().stream()
                .map(entry -> entry.info(entry.newest()))
                .filter(info -> deleted || info.state() == SecretInfo.State.LIVE)
                .limit(max)
                .toList();
    }

    /**
     * The number of a secret's next version.
     *
     * @throws RpcException when there is no room for one
     */
    int nextVersion(SecretName name) throws RpcException {
        Optional<Entry> older = find(name);
        if (older.isEmpty() && entries.size() >= VaultLimits.MAX_SECRETS) {
            throw new RpcException(
                    VaultReason.TOO_MANY_SECRETS,
                    "the vault has " + VaultLimits.MAX_SECRETS + " secrets, the maximum; destroy some first");
        }
        // The highest number is one that a vault never reaches by itself, but that an imported file may have.
        boolean historyIsFull = older.isPresent()
                && (older.get().places.size() >= VaultLimits.MAX_VERSIONS
                        || older.get().newest().version() == Integer.MAX_VALUE);
        if (historyIsFull || versions >= VaultLimits.MAX_ALL_VERSIONS) {
            throw new RpcException(
                    VaultReason.TOO_MANY_VERSIONS,
                    "a secret may have " + VaultLimits.MAX_VERSIONS + " versions, the vault "
                            + VaultLimits.MAX_ALL_VERSIONS + "; destroy the secret and set it anew");
        }
        return older.isEmpty() ? 1 : older.get().newest().version() + 1;
    }

    /** The secrets in the order of their names. */
    NavigableMap<SecretName, Entry> entries() {
        return entries;
    }

    int secrets() {
        return entries.size();
    }

    int versions() {
        return versions;
    }

    /** The last record's sequence number; 0 when there is none. */
    long highest() {
        return highest;
    }

    /** Number of marks of deletion and undeletion that a rewrite of the file would drop. */
    int idleMarks() {
        return marks - deleted;
    }
}
