package dev.nullbox.nulld.boot;

import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.NameServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The name servers of the appliance, as files that egress reads: see {@link NameServer}. Servers on the kernel command
 * line take precedence over those of DHCP.
 */
public final class ResolverFiles {
    private static final String KEY = "nullbox.resolvers";
    /** dhcp-options(5): separated by blanks. */
    private static final String DHCP_VARIABLE = "new_domain_name_servers";

    private ResolverFiles() {}

    /**
     * Writes the servers of the kernel command line; none when it names none.
     *
     * @param pnp {@code /proc/net/pnp}: the servers of {@code ip=}
     * @throws IOException when its value is no list of servers, or the file cannot be written
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
        if (servers.size() > NameServer.MOST) {
            throw new IOException(KEY + "= names " + servers.size() + " name servers; " + NameServer.MOST + " at most");
        }
        if (!servers.isEmpty()) {
            replace(run.resolve(NameServer.FILE_OF_COMMAND_LINE), servers);
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
     * Writes the servers in a DHCP client script's environment, or removes them. Source: dhcpcd-run-hooks(8).
     *
     * @throws IOException when the file cannot be written
     */
    public static void lease(Map<String, String> environment, Path run) throws IOException {
        Path file = run.resolve(NameServer.FILE_OF_LEASE);
        switch (environment.getOrDefault("reason", "")) {
            case "BOUND", "RENEW", "REBIND", "REBOOT", "INFORM", "TIMEOUT" -> {
                List<String> servers = new ArrayList<>();
                for (String server : environment.getOrDefault(DHCP_VARIABLE, "").split(" ", -1)) {
                    if (NameServer.isAddress(server) && servers.size() < NameServer.MOST) {
                        servers.add(server);
                    }
                }
                replace(file, servers);
            }
            case "EXPIRE", "NAK", "FAIL", "RELEASE", "STOP", "STOPPED" -> Files.deleteIfExists(file);
            default -> {
                // An interface came up or went down: its lease has not changed.
            }
        }
    }

    private static String checked(String server) throws IOException {
        try {
            return NameServer.parse(server).toString();
        } catch (InvalidValueException e) {
            throw new IOException(KEY + "=: " + e.getMessage() + ", with commas between them", e);
        }
    }

    /** Replaces a file, readable by every user. */
    private static void replace(Path file, List<String> servers) throws IOException {
        Path beside = file.resolveSibling("." + file.getFileName() + ".part");
        Files.write(beside, servers);
        Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
