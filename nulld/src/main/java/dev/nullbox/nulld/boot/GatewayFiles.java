package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.nulld.linux.Accounts;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.protocol.Audience;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The gateway's certificate and the authority of its clients, copied from where the operator put them to a directory
 * that only the gateway reads: from QEMU's fw_cfg, else from the boot medium's {@link SetupPartition}, else from the
 * data partition. The medium's are kept on the data partition, so that a later boot needs no medium; a medium with
 * others replaces them, which is logged.
 */
public final class GatewayFiles {
    static final String SERVER = "server.p12";
    static final String AUTHORITY = "ca.pem";

    private static final String TLS = "tls";
    private static final List<String> NAMES = List.of(SERVER, AUTHORITY);
    private static final int MAX_BYTES = SetupPartition.MAX_BYTES;
    private static final FileAttribute<?> OF_ROOT_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Libc libc;
    private final Layout layout;
    private final Path firmware;
    private final SetupPartition setup;
    private final boolean keeps;
    private final Consumer<String> say;

    /**
     * @param firmware {@code /sys/firmware/qemu_fw_cfg/by_name/opt/nullbox}
     * @param keeps whether state outlives the power, so that the medium's files are kept with it
     * @param say takes lines for the console
     */
    public GatewayFiles(
            Libc libc, Layout layout, Path firmware, SetupPartition setup, boolean keeps, Consumer<String> say) {
        this.libc = libc;
        this.layout = layout;
        this.firmware = firmware;
        this.setup = setup;
        this.keeps = keeps;
        this.say = say;
    }

    /** Copies them; the reason why the gateway cannot start, when they are missing. */
    public Optional<String> install() {
        Path run = layout.run().resolve(Audience.GATEWAY);
        Path tls = run.resolve(TLS);
        Optional<SetupPartition.Content> medium = setup.read();
        try {
            Accounts.User user = Accounts.read(layout.etc())
                    .user(Audience.GATEWAY)
                    .orElseThrow(() -> new IOException("no user gateway in " + layout.etc() + "/passwd"));
            medium.filter(_ -> keeps).ifPresent(this::keep);
            for (String name : NAMES) {
                Optional<byte[]> bytes = source(name, medium);
                if (bytes.isEmpty()) {
                    deleteCopies(tls);
                    return Optional.of("no " + name + ", so the management port is closed; to open it, write the boot"
                            + " medium with ./nullbox write DEVICE, or give it by -fw_cfg name=opt/nullbox/" + name
                            + ",file=... or as " + kept(name));
                }
                Files.createDirectories(tls);
                install(bytes.orElseThrow(), tls.resolve(name), user);
            }
            Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-xr-x"));
            own(tls, user, "r-x------");
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("its certificate cannot be installed: " + e.getMessage() + deleteCopies(tls));
        } finally {
            medium.ifPresent(SetupPartition.Content::close);
        }
    }

    /** Content of a partition nullbox-setup with the files in use; empty while the port is closed. */
    public static Optional<byte[]> setup(Layout layout) throws IOException {
        Path tls = layout.run().resolve(Audience.GATEWAY).resolve(TLS);
        if (!Files.exists(tls.resolve(SERVER)) || !Files.exists(tls.resolve(AUTHORITY))) {
            return Optional.empty();
        }
        byte[] server = Files.readAllBytes(tls.resolve(SERVER));
        try {
            return Optional.of(SetupPartition.content(server, Files.readAllBytes(tls.resolve(AUTHORITY))));
        } finally {
            Arrays.fill(server, (byte) 0);
        }
    }

    /** Deletes the copies, so that no unused private key is left. What could not be deleted, for the message. */
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

    private Path kept(String name) {
        return layout.state().resolve(Audience.GATEWAY).resolve(name);
    }

    private Optional<byte[]> source(String name, Optional<SetupPartition.Content> medium) throws IOException {
        Path given = firmware.resolve(name).resolve("raw");
        if (Files.exists(given)) {
            return Optional.of(bounded(given));
        }
        if (medium.isPresent()) {
            return medium.map(content -> content.file(name));
        }
        Path kept = kept(name);
        return Files.exists(kept) ? Optional.of(bounded(kept)) : Optional.empty();
    }

    /**
     * Reads a file without following a link: the gateway, which may read the copy, could have left one on the data
     * partition.
     */
    private static byte[] bounded(Path from) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(from, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException(from + " is larger than " + MAX_BYTES / 1024 + " KiB");
        }
        return bytes;
    }

    /** Keeps the medium's files. A failure costs the next boot its certificates, not this one. */
    private void keep(SetupPartition.Content medium) {
        try {
            for (String name : NAMES) {
                Path to = kept(name);
                byte[] before = read(to);
                if (!Arrays.equals(before, medium.file(name))) {
                    Files.createDirectories(layout.state().resolve(Audience.GATEWAY));
                    replace(to, medium.file(name));
                    say.accept((before.length == 0 ? "kept " : "replaced ") + name
                            + " on the data partition by the boot medium's");
                }
            }
        } catch (IOException e) {
            say.accept("the boot medium's certificates cannot be kept on the data partition: " + e
                    + "; a boot without this medium has none");
        }
    }

    /** The file; empty when there is none. */
    private static byte[] read(Path file) throws IOException {
        try {
            return bounded(file);
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }

    /**
     * Replaces a file, complete or not at all. The directory may be the gateway's: no link that it left there is
     * followed.
     */
    private static void replace(Path to, byte[] bytes) throws IOException {
        Path work = to.resolveSibling(to.getFileName() + ".new");
        Files.deleteIfExists(work);
        try (FileChannel file = FileChannel.open(
                work, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OF_ROOT_ALONE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                file.write(rest);
            }
            file.force(true);
        }
        Files.move(work, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private void install(byte[] bytes, Path to, Accounts.User user) throws IOException {
        Files.deleteIfExists(to);
        Files.createFile(to, OF_ROOT_ALONE);
        Files.write(to, bytes);
        own(to, user, "r--------");
    }

    private void own(Path path, Accounts.User user, String mode) throws IOException {
        libc.chown(path.toString(), user.uid(), user.gid()).orThrow("chown " + path + " to " + user.name());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
