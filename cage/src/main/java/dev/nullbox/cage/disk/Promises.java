package dev.nullbox.cage.disk;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Admission of disks by their full sizes: a sparse file is a promise of space. A promise is made before its file, so
 * that no space is promised twice.
 */
final class Promises {
    private static final long MIB = 1 << 20;

    private final Space space;
    private final Map<String, Map<Disk, Long>> sizes = new HashMap<>();

    Promises(Space space) {
        this.space = space;
    }

    /** Sets the promises of an agent, or of a run beside its own, to the disks that it has. */
    synchronized void set(String agent, Map<Disk, Long> disks) {
        if (disks.isEmpty()) {
            sizes.remove(agent);
        } else {
            sizes.put(agent, new EnumMap<>(disks));
        }
    }

    /**
     * Promises an agent these sizes, in addition to or in place of those that it has.
     *
     * @param keys keys of its AGENT.toml that request them, for the message
     * @throws DiskRefusedException when they do not fit; then nothing has changed
     */
    synchronized void add(String agent, Map<Disk, Long> wanted, String keys) throws IOException {
        Map<Disk, Long> had = sizes.getOrDefault(agent, Map.of());
        long more = 0;
        for (Map.Entry<Disk, Long> disk : wanted.entrySet()) {
            more += disk.getValue() - had.getOrDefault(disk.getKey(), 0L);
        }
        long limit = space.limit();
        long promised = total();
        if (more > 0 && promised + more > limit) {
            throw new DiskRefusedException("agent " + agent + ": " + keys + " does not fit: it needs "
                    + mib(more) + " MiB, and " + promised / MIB + " MiB of " + limit / MIB
                    + " MiB are promised to disks already; " + space.remedy());
        }
        Map<Disk, Long> now = new EnumMap<>(Disk.class);
        now.putAll(had);
        now.putAll(wanted);
        set(agent, now);
    }

    /** Promises to an agent. */
    synchronized Map<Disk, Long> of(String agent) {
        return Map.copyOf(sizes.getOrDefault(agent, Map.of()));
    }

    /** Promised bytes in total. */
    synchronized long total() {
        return sizes.values().stream()
                .flatMap(disks -> disks.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    /** MiB, rounded up: what is refused for one byte is refused for a whole MiB. */
    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }
}
