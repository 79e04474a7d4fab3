package dev.nullbox.egress.dns;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.NameServer;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The name servers that the appliance was told of, by the first file that names one: what the operator said at the boot,
 * else DHCP's lease, each as {@link NameServer} has it. Both are read anew for each question, since a lease changes.
 */
public final class NameServers {
    private static final long MOST_BYTES = 4096;

    private final List<Path> files;
    private final Consumer<List<InetSocketAddress>> change;
    private final RateLimitedLog log;
    private List<InetSocketAddress> known = List.of();

    /** @param change takes the servers when they are others than before, before the first of them is asked */
    public NameServers(List<Path> files, Consumer<List<InetSocketAddress>> change, RateLimitedLog log) {
        this.files = List.copyOf(files);
        this.change = change;
        this.log = log;
    }

    /** At most four, of IPv4; none when no file names one. */
    public synchronized List<InetSocketAddress> current() {
        List<InetSocketAddress> now = read();
        if (!now.equals(known)) {
            change.accept(now);
            known = now;
        }
        return now;
    }

    private List<InetSocketAddress> read() {
        for (Path file : files) {
            List<InetSocketAddress> named = read(file);
            if (!named.isEmpty()) {
                return named;
            }
        }
        return List.of();
    }

    private List<InetSocketAddress> read(Path file) {
        List<InetSocketAddress> named = new ArrayList<>();
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("it has more than " + MOST_BYTES + " bytes");
            }
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank() && named.size() < NameServer.MOST) {
                    NameServer server = NameServer.parse(line.strip());
                    named.add(new InetSocketAddress(server.address(), server.port()));
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException | InvalidValueException e) {
            log.warn("servers", file + " names no name servers: " + e.getMessage());
        }
        return List.copyOf(named);
    }
}
