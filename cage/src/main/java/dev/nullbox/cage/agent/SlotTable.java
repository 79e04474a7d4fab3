package dev.nullbox.cage.agent;

import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Slots of agents. Kept in a file, a name and a number a line: an agent's user id follows from its slot and owns its
 * files on the data partition, so it should be the same after a reboot. Runs beside an agent's own borrow a free slot,
 * the highest, so that an agent's own comes first. For any thread.
 */
public final class SlotTable {
    private static final Pattern LINE = Pattern.compile("([^ ]+) ([0-9]{1,4})");

    private final Path file;
    private final AgentNetwork network;
    private final Map<String, AgentSlot> slots = new TreeMap<>();
    private final NavigableSet<Integer> free = new TreeSet<>();

    private SlotTable(Path file, AgentNetwork network) {
        this.file = file;
        this.network = network;
        IntStream.rangeClosed(1, AgentSlot.MAX).forEach(free::add);
    }

    /** Loads the table from the file; unreadable and duplicate lines are skipped. */
    public static SlotTable load(Path file, AgentNetwork network) throws IOException {
        SlotTable table = new SlotTable(file, network);
        if (Files.exists(file)) {
            Files.readAllLines(file).forEach(table::read);
        }
        return table;
    }

    private void read(String line) {
        Matcher matcher = LINE.matcher(line);
        if (matcher.matches()
                && !slots.containsKey(matcher.group(1))
                && free.remove(Integer.parseInt(matcher.group(2)))) {
            put(matcher.group(1), Integer.parseInt(matcher.group(2)));
        }
    }

    private void put(String agent, int number) {
        slots.put(agent, new AgentSlot(network, number));
    }

    /**
     * Assigns each agent a slot; agents keep theirs, and slots of removed agents are reused when none is free.
     *
     * <p>A table that cannot be written is in force all the same, with a warning: with a full data partition the daemon
     * must still run, to stop, remove and repair agents.
     *
     * @return the agents' slots, without agents for which there was none
     */
    public synchronized Map<String, AgentSlot> assign(List<String> agents) {
        for (String agent : agents) {
            if (!slots.containsKey(agent)) {
                if (free.isEmpty()) {
                    slots.keySet().stream()
                            .filter(name -> !agents.contains(name))
                            .findFirst()
                            .map(slots::remove)
                            .ifPresent(slot -> free.add(slot.number()));
                }
                if (!free.isEmpty()) {
                    put(agent, free.removeFirst());
                }
            }
        }
        try {
            keep();
        } catch (IOException e) {
            System.err.println(
                    "cage: the table of slots cannot be kept, so that agents may have others after a restart: " + e
                            + "; free space on the data partition");
        }
        Map<String, AgentSlot> assigned = new TreeMap<>(slots);
        assigned.keySet().retainAll(agents);
        return assigned;
    }

    /** Lends a slot that no agent has; absent when there is none. */
    synchronized Optional<AgentSlot> lend() {
        return free.isEmpty() ? Optional.empty() : Optional.of(new AgentSlot(network, free.removeLast()));
    }

    /** Takes a lent slot back. */
    synchronized void giveBack(AgentSlot lent) {
        free.add(lent.number());
    }

    /** Writes the table where it differs from its file. */
    private void keep() throws IOException {
        StringBuilder text = new StringBuilder();
        slots.forEach((agent, slot) ->
                text.append(agent).append(' ').append(slot.number()).append('\n'));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.replace(file, bytes);
        }
    }
}
