package dev.nullbox.egress;

import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Store of the rules that were applied last, against which the kernel's are compared. A file for each slot lies in the run
 * directory, so that they outlive a restart of egress and not the boot: its name is the interface's, its lines are the
 * agent's name, then each rule after the map of its path. A slot has a file from the read-back of its rules until their
 * removal begins: a crash in between leaves none, and then the kernel's own rules are taken.
 */
final class RulesStore {
    private final Path directory;
    private final AgentNetwork network;

    /**
     * Rules of one agent as nft lists them, without the numbers of their counters.
     *
     * @param agent the agent's name
     * @param slot its interface and addresses
     * @param chains the rules of each path, in their order
     */
    record Applied(AgentName agent, AgentSlot slot, Map<PacketPath, List<String>> chains) {
        Applied {
            chains = Map.copyOf(chains);
        }

        static Applied of(RuleSet rules) {
            Map<PacketPath, List<String>> chains = new EnumMap<>(PacketPath.class);
            for (PacketPath path : PacketPath.values()) {
                chains.put(path, NftText.lines(rules, path));
            }
            return new Applied(rules.agent(), rules.slot(), chains);
        }

        List<String> on(PacketPath path) {
            return chains.getOrDefault(path, List.of());
        }
    }

    private RulesStore(Path directory, AgentNetwork network) {
        this.directory = directory;
        this.network = network;
    }

    /** Opens the store in a directory, created if missing. */
    static RulesStore open(Path directory, AgentNetwork network) throws IOException {
        Files.createDirectories(directory);
        return new RulesStore(directory, network);
    }

    void put(Applied rules) throws IOException {
        List<String> lines = new ArrayList<>(List.of(rules.agent().value()));
        for (PacketPath path : PacketPath.values()) {
            rules.on(path).forEach(rule -> lines.add(path.map() + " " + rule));
        }
        AtomicFile.replace(file(rules.slot()), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    void remove(AgentSlot slot) throws IOException {
        Files.deleteIfExists(file(slot));
    }

    /**
     * The rules of a slot.
     *
     * @throws IOException when they cannot be read, or {@link #put} did not write them
     */
    Applied get(AgentSlot slot) throws IOException {
        List<String> lines = Files.readAllLines(file(slot));
        Map<PacketPath, List<String>> chains = new EnumMap<>(PacketPath.class);
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            int space = line.indexOf(' ');
            PacketPath path = path(line.substring(0, Math.max(0, space)))
                    .orElseThrow(() -> new IOException(file(slot) + ": not a rule: " + line));
            chains.computeIfAbsent(path, _ -> new ArrayList<>()).add(line.substring(space + 1));
        }
        try {
            return new Applied(new AgentName(lines.isEmpty() ? "" : lines.getFirst()), slot, chains);
        } catch (IllegalArgumentException damaged) {
            throw new IOException(file(slot) + ": " + damaged.getMessage(), damaged);
        }
    }

    private static Optional<PacketPath> path(String map) {
        return Stream.of(PacketPath.values())
                .filter(path -> path.map().equals(map))
                .findFirst();
    }

    /** The slots that have rules. */
    List<AgentSlot> slots() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.flatMap(file -> AgentSlot.ofInterface(network, String.valueOf(file.getFileName())).stream())
                    .toList();
        }
    }

    private Path file(AgentSlot slot) {
        return directory.resolve(slot.interfaceName());
    }
}
