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
 * Name servers of the appliance, from the first file that names one: of the kernel's command line, else of DHCP's
 * lease, each in the form of {@link NameServer}. Both are read anew for each query, as a lease changes.
 */
public final class NameServers {
    private static final long MOST_BYTES = 4096;

    private final List<Path> files;
    private final Consumer<List<InetSocketAddress>> change;
    private final RateLimitedLog log;
    private List<InetSocketAddress> known = List.of();

    /** @param change takes the servers when they have changed, before the first of them is queried */
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
