package dev.nullbox.warden.vault.crypto;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Source of keys, salts and nonces. */
@FunctionalInterface
public interface RandomSource {
    /**
     * Returns unpredictable bytes.
     *
     * @throws IOException when the source has none
     */
    byte[] bytes(int count) throws IOException;

    /**
     * The kernel's generator: {@code /dev/random}, which since Linux 5.6 blocks only until it has been seeded
     * (random(4)), unlike {@code /dev/urandom}, which answers before.
     */
    static RandomSource kernel() {
        return device(Path.of("/dev/random"));
    }

    /** A device that is read without a buffer, so that no unused byte stays in memory. */
    static RandomSource device(Path device) {
        return count -> {
            byte[] bytes = new byte[count];
            try (DataInputStream in = new DataInputStream(new FileInputStream(device.toFile()))) {
                in.readFully(bytes);
            }
            return bytes;
        };
    }
}
