package dev.nullbox.nulld.boot;

import dev.nullbox.nulld.linux.Cmdline;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The name servers of the appliance, as files that egress reads: one server a line, {@code ADDRESS} or
 * {@code ADDRESS:PORT}. What the operator said goes before what DHCP tells.
 */
public final class ResolverFiles {
    /** In nulld's run directory: of the kernel command line, {@code nullbox.resolvers=} or {@code ip=}. */
    public static final String FROM_COMMAND_LINE = "resolvers";

    /** In nulld's run directory: of the lease. */
    public static final String FROM_DHCP = "resolvers.dhcp";

    private static final String KEY = "nullbox.resolvers";
    /** dhcp-options(5): separated by blanks. */
    private static final String DHCP_VARIABLE = "new_domain_name_servers";

    private static final int MOST = 4;
    private static final int MAX_PORT = 65_535;

    private ResolverFiles() {}

    /**
     * Writes what the kernel command line says; nothing when it names none.
     *
     * @param pnp {@code /proc/net/pnp}: what {@code ip=} says
     * @throws IOException when what it names is no list of servers, or cannot be written
     */
    public static void write(Cmdline cmdline, Path pnp, Path run) throws IOException {
        List<String> servers = new ArrayList<>();
        if (cmdline.value(KEY).isPresent()) {
            for (String server : cmdline.value(KEY).get().split(",", -1)) {
                servers.add(checked(server));
            }
        } else if (cmdline.has("ip")) {
            servers.addAll(fromKernel(pnp));
        }
        if (servers.size() > MOST) {
            throw new IOException(KEY + "= names " + servers.size() + " name servers; " + MOST + " at most");
        }
        if (!servers.isEmpty()) {
            replace(run.resolve(FROM_COMMAND_LINE), servers);
        }
    }

    /** Lines {@code nameserver ADDRESS} of Documentation/admin-guide/nfs/nfsroot.rst. */
    private static List<String> fromKernel(Path pnp) throws IOException {
        String word = "nameserver ";
        try {
            return Files.readAllLines(pnp).stream()
                    .filter(line -> line.startsWith(word))
                    .map(line -> line.substring(word.length()).strip())
                    .filter(address -> !address.equals("0.0.0.0"))
                    .toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    /**
     * Writes what a DHCP client's script was told by its environment, or forgets it. Source: dhcpcd-run-hooks(8).
     *
     * @throws IOException when the file cannot be written
     */
    public static void lease(Map<String, String> environment, Path run) throws IOException {
        Path file = run.resolve(FROM_DHCP);
        switch (environment.getOrDefault("reason", "")) {
            case "BOUND", "RENEW", "REBIND", "REBOOT", "INFORM", "TIMEOUT" -> {
                List<String> servers = new ArrayList<>();
                for (String server : environment.getOrDefault(DHCP_VARIABLE, "").split(" ", -1)) {
                    if (isAddress(server) && servers.size() < MOST) {
                        servers.add(server);
                    }
                }
                replace(file, servers);
            }
            case "EXPIRE", "NAK", "FAIL", "RELEASE", "STOP", "STOPPED" -> Files.deleteIfExists(file);
            default -> {
                // An interface came up or went: its lease has not changed.
            }
        }
    }

    private static String checked(String server) throws IOException {
        int colon = server.indexOf(':');
        boolean hasPort = colon < 0
                || (server.substring(colon + 1).matches("[1-9][0-9]{0,4}")
                        && Integer.parseInt(server.substring(colon + 1)) <= MAX_PORT);
        if (!hasPort || !isAddress(colon < 0 ? server : server.substring(0, colon))) {
            throw new IOException(KEY + "= has '" + server + "'; write IPv4 addresses, ADDRESS or ADDRESS:PORT, with"
                    + " commas between them");
        }
        return server;
    }

    private static boolean isAddress(String text) {
        try {
            return InetAddress.ofLiteral(text) instanceof Inet4Address;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    /** Every user may read it. */
    private static void replace(Path file, List<String> servers) throws IOException {
        Path beside = file.resolveSibling("." + file.getFileName() + ".part");
        Files.write(beside, servers);
        Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
