package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which agent has which slot. Kept in a file, a name and a number a line: an agent's user id follows from its slot and
 * owns its files on the data partition, so it should be the same after a reboot.
 */
public final class SlotTable {
    private final Path file;
    private final Map<String, Slot> slots;

    private SlotTable(Path file, Map<String, Slot> slots) {
        this.file = file;
        this.slots = slots;
    }

    /** The table in the file; what is unreadable in it, or taken twice, is left out. */
    public static SlotTable load(Path file) throws IOException {
        Map<String, Slot> slots = new TreeMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                Optional<Slot> slot = space < 1 ? Optional.empty() : slot(line.substring(space + 1));
                if (slot.isPresent() && !slots.containsValue(slot.get())) {
                    slots.put(line.substring(0, space), slot.get());
                }
            }
        }
        return new SlotTable(file, slots);
    }

    private static Optional<Slot> slot(String number) {
        try {
            return Optional.of(new Slot(Integer.parseInt(number)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Gives each agent a slot, keeps those that have one, and takes slots of agents that are gone when none is free.
     *
     * @return the agents' slots; without those for which there was no room
     * @throws IOException when the table cannot be kept
     */
    public Map<String, Slot> assign(List<String> agents) throws IOException {
        for (String agent : agents) {
            if (!slots.containsKey(agent)) {
                free(agents).ifPresent(slot -> slots.put(agent, slot));
            }
        }
        StringBuilder text = new StringBuilder();
        slots.forEach((agent, slot) ->
                text.append(agent).append(' ').append(slot.number()).append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        Map<String, Slot> assigned = new TreeMap<>(slots);
        assigned.keySet().retainAll(agents);
        return assigned;
    }

    private Optional<Slot> free(List<String> agents) {
        for (int number = 1; number <= Slot.MAX; number++) {
            if (!slots.containsValue(new Slot(number))) {
                return Optional.of(new Slot(number));
            }
        }
        Optional<String> gone =
                slots.keySet().stream().filter(name -> !agents.contains(name)).findFirst();
        return gone.map(slots::remove);
    }
}
