package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Tree of hashes behind a root file system. Its own superblock lies in the first block after the data, and only what
 * image/build.sh makes is accepted: nothing that another tool could have written is interpreted.
 *
 * <pre>
 * offset  size  field, little endian
 *      0     8  signature "verity\0\0"
 *      8     4  version: 1
 *     12     4  hash type: 1
 *     16    16  UUID
 *     32    32  algorithm: "sha256", zeros
 *     64     4  bytes of a data block: 4096
 *     68     4  bytes of a hash block: 4096
 *     72     8  data blocks
 *     80     2  bytes of salt: 32
 *     82     6  zeros
 *     88   256  salt, zeros
 *    344   168  zeros
 * </pre>
 *
 * Source: cryptsetup's wiki, DMVerity, "Verity superblock format".
 *
 * @param dataBlocks blocks of the file system, and the block of the superblock
 * @param salt in hexadecimal digits
 */
public record VerityTree(long dataBlocks, String salt) {
    public static final int BLOCK = 4096;

    private static final int BYTES = 512;
    private static final byte[] SIGNATURE = {'v', 'e', 'r', 'i', 't', 'y', 0, 0};
    private static final int VERSION = 8;
    private static final int TYPE = 12;
    private static final int ALGORITHM = 32;
    private static final int ALGORITHM_BYTES = 32;
    private static final int DATA_BLOCK = 64;
    private static final int HASH_BLOCK = 68;
    private static final int DATA_BLOCKS = 72;
    private static final int SALT_SIZE = 80;
    private static final int SALT = 88;
    private static final int SALT_BYTES = 32;

    /**
     * Reads the superblock behind a file system.
     *
     * @param device the device or file that holds both
     * @param root superblock of the file system, which states the place
     */
    public static VerityTree read(Path device, Superblock root) throws BootException {
        long blocks = (root.bytesUsed() + BLOCK - 1) / BLOCK;
        try {
            byte[] bytes = BlockDevice.read(device, blocks * BLOCK, BYTES)
                    .orElseThrow(() -> refused(device + " ends where its tree of hashes should begin"));
            return parse(device.toString(), bytes, blocks);
        } catch (IOException e) {
            throw refused("the tree of hashes on " + device + " cannot be read: " + e.getMessage());
        }
    }

    private static VerityTree parse(String device, byte[] bytes, long blocks) throws BootException {
        ByteBuffer got = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (!Arrays.equals(SIGNATURE, 0, SIGNATURE.length, bytes, 0, SIGNATURE.length)) {
            throw refused(device + " has no tree of hashes behind its root");
        }
        expect(device, "version", got.getInt(VERSION), 1);
        expect(device, "hash type", got.getInt(TYPE), 1);
        expect(device, "data block", got.getInt(DATA_BLOCK), BLOCK);
        expect(device, "hash block", got.getInt(HASH_BLOCK), BLOCK);
        expect(device, "number of data blocks", got.getLong(DATA_BLOCKS), blocks);
        expect(device, "salt's length", got.getShort(SALT_SIZE), SALT_BYTES);
        byte[] algorithm = Arrays.copyOf("sha256".getBytes(StandardCharsets.US_ASCII), ALGORITHM_BYTES);
        if (!Arrays.equals(algorithm, 0, ALGORITHM_BYTES, bytes, ALGORITHM, ALGORITHM + ALGORITHM_BYTES)) {
            throw refused("the tree of hashes on " + device + " is not one of SHA-256");
        }
        byte[] behind = Arrays.copyOfRange(bytes, SALT + SALT_BYTES, BYTES);
        if (!zeros(Arrays.copyOfRange(bytes, SALT_SIZE + 2, SALT)) || !zeros(behind)) {
            throw refused("the tree of hashes on " + device + " has something where zeros belong");
        }
        return new VerityTree(blocks, HexFormat.of().formatHex(bytes, SALT, SALT + SALT_BYTES));
    }

    private static void expect(String device, String what, long got, long wanted) throws BootException {
        if (got != wanted) {
            throw refused("the tree of hashes on " + device + ": its " + what + " is " + got + ", not " + wanted);
        }
    }

    private static boolean zeros(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static BootException refused(String why) {
        return new BootException(why, "write the image anew: it is damaged, or was made by another build");
    }
}
