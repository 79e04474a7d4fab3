package dev.nullbox.nulld.boot;

import dev.nullbox.nulld.linux.BlockDevice;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reader of the partition {@code nullbox-setup}, on which {@code ./nullbox write} puts an operator's certificates. Only
 * the disk with the root is read: a second medium in another socket has no effect. It has no file system, so that no
 * file system's driver reads an untrusted medium.
 *
 * <pre>
 * offset  size  field
 *      0    16  "nullbox-setup 1\n"
 *     16     4  bytes of server.p12, little endian
 *     20     4  bytes of ca.pem
 *     24    32  SHA-256 of the two files, one after the other
 *    512        server.p12, and ca.pem after it
 * </pre>
 *
 * Threat: the medium is the operator's, but may be incomplete, or prepared by an attacker who held it. An attacker who
 * writes it can replace the root as well, so its files are accepted as they are; a malformed partition is refused and
 * has no other effect.
 */
public final class SetupPartition {
    /** The GPT partition label. */
    public static final String LABEL = "nullbox-setup";
    /** Bound of each file. */
    static final int MAX_BYTES = 64 * 1024;

    private static final byte[] MAGIC = "nullbox-setup 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTHS = 16;
    private static final int SUM = 24;
    private static final int SUM_BYTES = 32;
    private static final int HEADER_BYTES = 512;

    private final Path root;
    private final String medium;
    private final Consumer<String> say;

    /**
     * @param root {@code /}
     * @param medium the disk or partition that the root was found on, by its name
     * @param say takes lines for the console
     */
    public SetupPartition(Path root, String medium, Consumer<String> say) {
        this.root = root;
        this.medium = medium;
        this.say = say;
    }

    /** Content of the partition: a certificate with its private key, and an authority. Closing wipes the key. */
    static final class Content implements AutoCloseable {
        private final byte[] server;
        private final byte[] authority;

        private Content(byte[] server, byte[] authority) {
            this.server = server;
            this.authority = authority;
        }

        /** The file of this name, until this is closed. */
        byte[] file(String name) {
            return name.equals(GatewayFiles.SERVER) ? server : authority;
        }

        @Override
        public void close() {
            Arrays.fill(server, (byte) 0);
        }
    }

    /**
     * Content of a partition with these files.
     *
     * @throws IOException when one is longer than it may be
     */
    public static byte[] content(byte[] server, byte[] authority) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES
                        + length(server.length, GatewayFiles.SERVER)
                        + length(authority.length, GatewayFiles.AUTHORITY))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(HEADER_BYTES, server).put(HEADER_BYTES + server.length, authority);
        MessageDigest sum = Sha256.digest();
        sum.update(server);
        sum.update(authority);
        bytes.put(0, MAGIC)
                .putInt(LENGTHS, server.length)
                .putInt(LENGTHS + Integer.BYTES, authority.length)
                .put(SUM, sum.digest());
        return bytes.array();
    }

    /** Reads it: empty when the root's disk has none, or one that is refused, which is logged. */
    Optional<Content> read() {
        List<BlockDevice> all = BlockDevice.list(root);
        Optional<String> disk = all.stream()
                .filter(device -> device.name().equals(medium))
                .map(BlockDevice::disk)
                .findFirst();
        Optional<Content> found = Optional.empty();
        for (BlockDevice device : all) {
            if (!device.partitionLabel().equals(LABEL)) {
                continue;
            }
            if (!Optional.of(device.disk()).equals(disk)) {
                say.accept("the partition " + LABEL + " on " + device.node()
                        + " is not read: it is not on the disk that the root was found on");
            } else if (found.isEmpty()) {
                found = read(device);
            }
        }
        return found;
    }

    private Optional<Content> read(BlockDevice device) {
        try {
            return Optional.of(parse(device));
        } catch (IOException e) {
            say.accept("the partition " + LABEL + " on " + device.node() + " is refused: " + e.getMessage()
                    + "; write the medium anew with ./nullbox write");
            return Optional.empty();
        }
    }

    private static Content parse(BlockDevice device) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(bytes(device, 0, HEADER_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        if (!Arrays.equals(Arrays.copyOf(header.array(), MAGIC.length), MAGIC)) {
            throw new IOException("it does not begin with \"nullbox-setup 1\"");
        }
        int server = length(header.getInt(LENGTHS), GatewayFiles.SERVER);
        int authority = length(header.getInt(LENGTHS + Integer.BYTES), GatewayFiles.AUTHORITY);
        byte[] both = bytes(device, HEADER_BYTES, server + authority);
        byte[] sum = Arrays.copyOfRange(header.array(), SUM, SUM + SUM_BYTES);
        if (!Arrays.equals(sum, Sha256.digest().digest(both))) {
            throw new IOException("the sum of its files is not the one in its header");
        }
        Content content =
                new Content(Arrays.copyOf(both, server), Arrays.copyOfRange(both, server, server + authority));
        Arrays.fill(both, (byte) 0);
        return content;
    }

    private static int length(int bytes, String name) throws IOException {
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IOException("its header gives " + name + " " + Integer.toUnsignedString(bytes)
                    + " bytes, not 1 to " + MAX_BYTES);
        }
        return bytes;
    }

    private static byte[] bytes(BlockDevice device, long offset, int length) throws IOException {
        return device.read(offset, length).orElseThrow(() -> new IOException("it ends before its files do"));
    }
}
