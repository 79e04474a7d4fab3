package dev.nullbox.egress.dns;

import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The name servers that the appliance was told of, by the first file that names one: what the operator said at the boot,
 * else DHCP's lease. A line is ADDRESS or ADDRESS:PORT. Both are read anew for each question, since a lease changes.
 */
public final class NameServers {
    private static final int DNS_PORT = 53;
    private static final int MOST = 4;
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
                if (!line.isBlank() && named.size() < MOST) {
                    named.add(server(line.strip()));
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException | IllegalArgumentException e) {
            log.warn("servers", file + " names no name servers: " + e.getMessage());
        }
        return List.copyOf(named);
    }

    /** One server; IllegalArgumentException with what is wrong. */
    static InetSocketAddress server(String text) {
        int colon = text.indexOf(':');
        InetAddress address = InetAddress.ofLiteral(colon < 0 ? text : text.substring(0, colon));
        if (!(address instanceof Inet4Address)) {
            throw new IllegalArgumentException(text + " is not an IPv4 address, nor one with a port");
        }
        return new InetSocketAddress(
                address, colon < 0 ? DNS_PORT : Integer.parseInt(text, colon + 1, text.length(), 10));
    }
}
