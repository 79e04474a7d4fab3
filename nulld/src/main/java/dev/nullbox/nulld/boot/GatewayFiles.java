package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.nulld.linux.Accounts;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.protocol.Audience;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The gateway's certificate and the authority of its clients, brought from where the operator put them (QEMU's fw_cfg, or
 * the data partition) to where only the gateway reads them.
 */
public final class GatewayFiles {
    private static final List<String> NAMES = List.of("server.p12", "ca.pem");
    private static final int MAX_BYTES = 64 * 1024;

    private final Libc libc;
    private final Layout layout;
    private final Path firmware;

    /** @param firmware {@code /sys/firmware/qemu_fw_cfg/by_name/opt/nullbox} */
    public GatewayFiles(Libc libc, Layout layout, Path firmware) {
        this.libc = libc;
        this.layout = layout;
        this.firmware = firmware;
    }

    /** Copies them; why the gateway cannot start, when they are not there. */
    public Optional<String> install() {
        Path run = layout.run().resolve(Audience.GATEWAY);
        Path tls = run.resolve("tls");
        try {
            Accounts.User user = Accounts.read(layout.etc())
                    .user(Audience.GATEWAY)
                    .orElseThrow(() -> new IOException("no user gateway in " + layout.etc() + "/passwd"));
            for (String name : NAMES) {
                Optional<Path> from = source(name);
                if (from.isEmpty()) {
                    deleteCopies(tls);
                    return Optional.of(
                            "no " + name + ": give it by -fw_cfg name=opt/nullbox/" + name + ",file=... or as "
                                    + layout.state().resolve(Audience.GATEWAY).resolve(name));
                }
                Files.createDirectories(tls);
                install(from.orElseThrow(), tls.resolve(name), user);
            }
            Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-xr-x"));
            own(tls, user, "r-x------");
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("its certificate cannot be installed: " + e.getMessage() + deleteCopies(tls));
        }
    }

    /** Deletes what was copied: a private key that nobody uses lies nowhere. What of it stays, for the message. */
    private static String deleteCopies(Path tls) {
        StringBuilder left = new StringBuilder();
        for (String name : NAMES) {
            try {
                Files.deleteIfExists(tls.resolve(name));
            } catch (IOException e) {
                left.append("; and ")
                        .append(tls.resolve(name))
                        .append(" stays behind: ")
                        .append(e.getMessage());
            }
        }
        return left.toString();
    }

    private Optional<Path> source(String name) {
        Path given = firmware.resolve(name).resolve("raw");
        Path kept = layout.state().resolve(Audience.GATEWAY).resolve(name);
        return Files.exists(given) ? Optional.of(given) : Files.exists(kept) ? Optional.of(kept) : Optional.empty();
    }

    private void install(Path from, Path to, Accounts.User user) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(from)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException(from + " is larger than " + MAX_BYTES / 1024 + " KiB");
        }
        Files.deleteIfExists(to);
        Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(to, bytes);
        own(to, user, "r--------");
    }

    private void own(Path path, Accounts.User user, String mode) throws IOException {
        libc.chown(path.toString(), user.uid(), user.gid()).orThrow("chown " + path + " to " + user.name());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
