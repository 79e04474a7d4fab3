package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Store of the names that each agent may query. A file for each agent lies in the run directory, so that they outlive a
 * restart of egress and not the boot: its name is the interface's, its lines are the agent's name and the entries. What the
 * gate opens of them lies beside it, as JSON.
 */
public final class AgentNamesStore {
    private final Path directory;
    private final Map<InetAddress, AgentNames> byAddress = new ConcurrentHashMap<>();

    private AgentNamesStore(Path directory) {
        this.directory = directory;
    }

    /** Opens the store in a directory, created if missing, without an agent. */
    public static AgentNamesStore open(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new AgentNamesStore(directory);
    }

    /** The agent with this address, if it may query names. */
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

    /** The runs of an agent, by their slots: its own run, if there is one, has a lower slot than those beside it. */
    public List<AgentNames> of(AgentName agent) {
        return byAddress.values().stream()
                .filter(names -> names.agent().equals(agent))
                .sorted(Comparator.comparingInt(names -> names.slot().number()))
                .toList();
    }

    /** Tells whether these are the present names of their slot's agent. */
    public boolean hold(AgentNames names) {
        return names.equals(byAddress.get(address(names.slot())));
    }

    /** Stores an agent's names, in place of its slot's former ones. */
    public void put(AgentNames names) throws IOException {
        if (names.opening().isPresent()) {
            AtomicFile.replace(
                    openingFile(names.slot()),
                    Json.bytes(Codec.encode(names.opening().get().message())));
        } else {
            Files.deleteIfExists(openingFile(names.slot()));
        }
        List<String> lines = new ArrayList<>(List.of(names.agent().value()));
        names.allow().forEach(target -> lines.add(target.text()));
        AtomicFile.replace(file(names.slot()), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        byAddress.put(address(names.slot()), names);
    }

    /** Removes the names of a slot's agent. */
    public void remove(AgentSlot slot) throws IOException {
        byAddress.remove(address(slot));
        Files.deleteIfExists(file(slot));
        Files.deleteIfExists(openingFile(slot));
    }

    /**
     * Restores the names of a slot's agent after a restart; ignores those of another agent.
     *
     * @throws IOException when its file cannot be read, or {@link #put} did not write it
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
        byAddress.put(address(slot), new AgentNames(agent, slot, allow, opening(slot)));
    }

    private Optional<Opening> opening(AgentSlot slot) throws IOException {
        Path file = openingFile(slot);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Opening.of(Codec.decodeResult(
                    file.toString(), EgressContract.OPENING.type(), Json.parse(Files.readAllBytes(file)))));
        } catch (RpcException | InvalidValueException damaged) {
            throw new IOException(file + ": it is damaged", damaged);
        }
    }

    private Path openingFile(AgentSlot slot) {
        return directory.resolve(slot.interfaceName() + ".opening");
    }

    private Path file(AgentSlot slot) {
        return directory.resolve(slot.interfaceName());
    }

    private static InetAddress address(AgentSlot slot) {
        return InetAddress.ofLiteral(slot.address());
    }
}
