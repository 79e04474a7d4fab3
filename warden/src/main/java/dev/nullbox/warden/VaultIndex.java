package dev.nullbox.warden;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** What an open vault holds in memory of its records: names, versions, and where in the file each value lies. */
final class VaultIndex {
    private final NavigableMap<SecretName, Entry> entries = new TreeMap<>();
    private int versions;
    private int marks;

    /**
     * Where a version lies.
     *
     * @param tagHigh with tagLow the record's last 16 bytes, by which another record in its place is known
     */
    record Place(
            int version,
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

    /** One secret: its versions, oldest first. */
    static final class Entry {
        private final List<Place> places = new ArrayList<>(1);
        private boolean deleted;

        Place newest() {
            return places.getLast();
        }

        boolean isDeleted() {
            return deleted;
        }

        List<Place> places() {
            return List.copyOf(places);
        }

        Optional<Place> version(int version) {
            return places.stream().filter(place -> place.version() == version).findFirst();
        }

        SecretInfo info(SecretName name, Place place) {
            SecretInfo.State state = place.destroyed()
                    ? SecretInfo.State.DESTROYED
                    : deleted ? SecretInfo.State.DELETED : SecretInfo.State.LIVE;
            return new SecretInfo(name, place.version(), place.created(), place.canary(), state);
        }
    }

    /**
     * Takes the next record of the file in.
     *
     * @throws MalformedException when no vault would have written it there
     */
    void add(SealedRecord record, long position) throws MalformedException {
        SealedRecord.Head head = record.head();
        switch (head.kind()) {
            case VALUE, DESTROYED -> addVersion(record, head, position);
            case DELETED, UNDELETED -> {
                Entry entry = entries.get(head.name());
                boolean deletes = head.kind() == SealedRecord.Kind.DELETED;
                MalformedException.require(entry != null && entry.deleted != deletes, "order of records");
                if (entry != null) {
                    entry.deleted = deletes;
                }
                marks++;
            }
        }
    }

    private void addVersion(SealedRecord record, SealedRecord.Head head, long position) throws MalformedException {
        Entry entry = entries.computeIfAbsent(head.name(), name -> new Entry());
        boolean ascends =
                entry.places.isEmpty() || head.version() > entry.newest().version();
        boolean bounded = entry.places.size() < VaultLimits.MAX_VERSIONS
                && versions < VaultLimits.MAX_ALL_VERSIONS
                && entries.size() <= VaultLimits.MAX_SECRETS;
        MalformedException.require(ascends && bounded, "order of records");
        boolean destroyed = head.kind() == SealedRecord.Kind.DESTROYED;
        entry.places.add(new Place(
                head.version(),
                head.created(),
                head.canary(),
                destroyed,
                position,
                record.length(),
                record.tagHigh(),
                record.tagLow()));
        entry.deleted = entry.deleted && destroyed;
        versions++;
    }

    Optional<Entry> find(SecretName name) {
        return Optional.ofNullable(entries.get(name));
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

    /** How many records only say that a secret was deleted or undeleted. */
    int marks() {
        return marks;
    }
}
