package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Places that operators allowed agents for a time, beside their manifests. A file for each slot outlives a restart of egress
 * and no boot: a line has the end, by the machine's clock that is never set, and the place.
 */
public final class Grants {
    /** Places of one agent at once. */
    public static final int MOST = 64;

    private final Path directory;
    private final LongSupplier clockMillis;
    private final Map<AgentSlot, List<Grant>> bySlot = new HashMap<>();

    /**
     * A place until an end.
     *
     * @param endMillis of the clock
     */
    public record Grant(NetworkTarget target, long endMillis) {}

    /** @param clockMillis time since the machine's boot, the same for each process */
    public Grants(Path directory, LongSupplier clockMillis) throws IOException {
        Files.createDirectories(directory);
        this.directory = directory;
        this.clockMillis = clockMillis;
    }

    /** The grants of a slot whose time is not over. */
    public synchronized List<Grant> of(AgentSlot slot) {
        long now = clockMillis.getAsLong();
        return bySlot.getOrDefault(slot, List.of()).stream()
                .filter(grant -> grant.endMillis() > now)
                .toList();
    }

    /** The time that a grant has left. */
    public Duration left(Grant grant) {
        return Duration.ofMillis(Math.max(0, grant.endMillis() - clockMillis.getAsLong()));
    }

    /** Adds a place, in the stead of the same one with another end. */
    public synchronized void put(AgentSlot slot, NetworkTarget target, Duration time) throws IOException {
        List<Grant> grants = new ArrayList<>(bySlot.getOrDefault(slot, List.of()));
        grants.removeIf(grant -> grant.target().equals(target));
        grants.add(new Grant(target, clockMillis.getAsLong() + time.toMillis()));
        keep(slot, grants);
    }

    /** Takes a place back; tells whether it was there. */
    public synchronized boolean remove(AgentSlot slot, NetworkTarget target) throws IOException {
        List<Grant> grants = new ArrayList<>(bySlot.getOrDefault(slot, List.of()));
        boolean wasThere = grants.removeIf(grant -> grant.target().equals(target));
        keep(slot, grants);
        return wasThere;
    }

    /** Takes the places whose time is over, which are given once. */
    public synchronized List<Grant> ended(AgentSlot slot) throws IOException {
        long now = clockMillis.getAsLong();
        List<Grant> all = bySlot.getOrDefault(slot, List.of());
        List<Grant> over =
                all.stream().filter(grant -> grant.endMillis() <= now).toList();
        if (!over.isEmpty()) {
            keep(slot, all.stream().filter(grant -> grant.endMillis() > now).toList());
        }
        return over;
    }

    /** Takes all places of a slot, which are given once. */
    public synchronized List<Grant> clear(AgentSlot slot) throws IOException {
        List<Grant> all = bySlot.getOrDefault(slot, List.of());
        bySlot.remove(slot);
        Files.deleteIfExists(file(slot));
        return all;
    }

    /**
     * Remembers a slot's places from before a restart, those whose time is over among them.
     *
     * @throws IOException when its file cannot be read, or is not as {@link #put} wrote it
     */
    public synchronized void restore(AgentSlot slot) throws IOException {
        if (!Files.exists(file(slot))) {
            return;
        }
        List<Grant> grants = new ArrayList<>();
        for (String line : Files.readAllLines(file(slot))) {
            int space = line.indexOf(' ');
            try {
                grants.add(new Grant(
                        NetworkTarget.ofText(line.substring(space + 1)),
                        Long.parseLong(line.substring(0, Math.max(0, space)))));
            } catch (InvalidValueException | NumberFormatException damaged) {
                throw new IOException(file(slot) + ": " + damaged.getMessage(), damaged);
            }
        }
        bySlot.put(slot, List.copyOf(grants));
    }

    private void keep(AgentSlot slot, List<Grant> grants) throws IOException {
        List<String> lines = grants.stream()
                .map(grant -> grant.endMillis() + " " + grant.target().text())
                .toList();
        AtomicFile.replace(file(slot), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        bySlot.put(slot, List.copyOf(grants));
    }

    private Path file(AgentSlot slot) {
        return directory.resolve(slot.interfaceName());
    }
}
