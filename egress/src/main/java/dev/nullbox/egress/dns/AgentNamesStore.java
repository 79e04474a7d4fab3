package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which names each agent may ask for. A file for each agent lies in the run directory, so that a restart of egress forgets
 * nothing and a boot all: its name is the interface's, its lines are the agent's name and the entries.
 */
public final class AgentNamesStore {
    private final Path directory;
    private final Map<InetAddress, AgentNames> byAddress = new ConcurrentHashMap<>();

    private AgentNamesStore(Path directory) {
        this.directory = directory;
    }

    /** The store in a directory, which is made if need be; it knows no agent yet. */
    public static AgentNamesStore open(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new AgentNamesStore(directory);
    }

    /** The agent with this address, if it may ask. */
    public Optional<AgentNames> at(InetAddress address) {
        return Optional.ofNullable(byAddress.get(address));
    }

    /** All agents whose rules are in force. */
    public List<AgentNames> all() {
        return List.copyOf(byAddress.values());
    }

    /** The agent of a slot. */
    public Optional<AgentNames> at(AgentSlot slot) {
        return at(address(slot));
    }

    /** The agent of this name. */
    public Optional<AgentNames> of(AgentName agent) {
        return byAddress.values().stream()
                .filter(names -> names.agent().equals(agent))
                .findFirst();
    }

    /** Tells whether these are what the agent of their slot may ask for now. */
    public boolean hold(AgentNames names) {
        return names.equals(byAddress.get(address(names.slot())));
    }

    /** Remembers an agent's names, in the place of its slot's former ones. */
    public void put(AgentNames names) throws IOException {
        List<String> lines = new ArrayList<>(List.of(names.agent().value()));
        names.allow().forEach(target -> lines.add(target.text()));
        AtomicFile.replace(file(names.slot()), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        byAddress.put(address(names.slot()), names);
    }

    /** Forgets whatever an agent may ask for, in whichever slot. */
    public void remove(AgentName agent) throws IOException {
        for (AgentNames names : List.copyOf(byAddress.values())) {
            if (names.agent().equals(agent)) {
                remove(names.slot());
            }
        }
    }

    /** Forgets whatever a slot's agent may ask for. */
    public void remove(AgentSlot slot) throws IOException {
        byAddress.remove(address(slot));
        Files.deleteIfExists(file(slot));
    }

    /**
     * Remembers what a slot's agent may ask for, from before a restart; nothing of another agent.
     *
     * @throws IOException when its file cannot be read, or is not as {@link #put} wrote it
     */
    public void restore(AgentName agent, AgentSlot slot) throws IOException {
        Path file = file(slot);
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().equals(agent.value())) {
            return;
        }
        List<NetworkTarget> allow = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            try {
                allow.add(NetworkTarget.ofText(line));
            } catch (InvalidValueException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
        byAddress.put(address(slot), new AgentNames(agent, slot, allow));
    }

    private Path file(AgentSlot slot) {
        return directory.resolve(slot.interfaceName());
    }

    private static InetAddress address(AgentSlot slot) {
        return InetAddress.ofLiteral(slot.address());
    }
}
