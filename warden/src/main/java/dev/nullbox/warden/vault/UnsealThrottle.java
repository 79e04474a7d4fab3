package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Count of failed attempts in a row to open the vault, kept on the disk, and the delay of the next one.
 *
 * <p>An attempt is counted before it is made, so that cutting the power during one saves nothing. The wait runs by the
 * monotonic clock and begins anew when warden does, so that neither a restart nor a set clock shortens it.
 */
final class UnsealThrottle {
    static final String NAME = "attempts";

    private static final String NEW_NAME = "attempts.new";
    private static final int BYTES = 2 * Integer.BYTES;
    private static final int UNTHROTTLED = 2;
    private static final long LONGEST_S = 300;
    /** Count at which the delay is the longest: an unreadable file counts as this. */
    private static final int MANY = UNTHROTTLED + 10;

    private final Directory files;
    private final LongSupplier nanos;
    private int failures;
    private long notBefore;

    private UnsealThrottle(Directory files, LongSupplier nanos, int failures) {
        this.files = files;
        this.nanos = nanos;
        this.failures = failures;
        delay(failures);
    }

    /**
     * Reads the count.
     *
     * @param nanos as {@link System#nanoTime}
     */
    static UnsealThrottle load(Directory files, LongSupplier nanos) throws IOException {
        OptionalLong size = files.size(NAME);
        if (size.isEmpty()) {
            return new UnsealThrottle(files, nanos, 0);
        }
        if (size.getAsLong() != BYTES) {
            return new UnsealThrottle(files, nanos, MANY);
        }
        ByteBuffer bytes = ByteBuffer.wrap(files.read(NAME, 0, BYTES));
        int count = bytes.getInt();
        return new UnsealThrottle(files, nanos, bytes.getInt() == ~count && count >= 0 ? count : MANY);
    }

    /**
     * Counts an attempt that begins.
     *
     * @throws RpcException when it must wait
     * @throws IOException when it cannot be counted: then it must not be made
     */
    synchronized void begin() throws RpcException, IOException {
        long wait = retryAfterSeconds();
        if (wait > 0) {
            throw new RpcException(
                    VaultReason.ATTEMPTS_DELAYED,
                    failures + " attempts in a row failed; try again in " + wait + " seconds");
        }
        write(failures + 1);
        failures++;
    }

    /** Records that the attempt failed: the next one waits. */
    synchronized void failed() {
        delay(failures);
    }

    /** Records that the credential was right. */
    synchronized void succeeded() throws IOException {
        write(0);
        failures = 0;
        notBefore = nanos.getAsLong();
    }

    synchronized int failures() {
        return failures;
    }

    /** Seconds until the next attempt may be made, 0 for at once. */
    synchronized long retryAfterSeconds() {
        long left = notBefore - nanos.getAsLong();
        return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(left + TimeUnit.SECONDS.toNanos(1) - 1);
    }

    static long delaySeconds(int failures) {
        return failures <= UNTHROTTLED
                ? 0
                : failures >= MANY ? LONGEST_S : Math.min(LONGEST_S, 1L << (failures - UNTHROTTLED - 1));
    }

    private void delay(int count) {
        notBefore = nanos.getAsLong() + TimeUnit.SECONDS.toNanos(delaySeconds(count));
    }

    private void write(int count) throws IOException {
        files.create(NEW_NAME);
        files.write(
                NEW_NAME,
                0,
                ByteBuffer.allocate(BYTES).putInt(count).putInt(~count).array());
        files.sync(NEW_NAME);
        files.rename(NEW_NAME, NAME);
        files.syncDirectory();
    }
}
