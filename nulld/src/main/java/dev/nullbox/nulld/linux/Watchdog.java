package dev.nullbox.nulld.linux;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.device.Watchdogs;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Timer that restarts the machine unless it is fed: of the chip set where there is one, else the kernel's own. For PID
 * 1's thread, whose loop alone feeds it: a machine whose PID 1 or kernel hangs starts again.
 *
 * <p>Source: Documentation/watchdog/watchdog-api.rst; the struct of WDIOC_SETTIMEOUT and WDIOC_GETTIMEOUT is an int.
 */
public final class Watchdog {
    /** Time without food after which the machine is restarted; a device may round it. */
    static final int TIMEOUT_SECONDS = 60;

    private static final String OF_THE_KERNEL = "Software Watchdog";
    /** Times it is fed in one timeout. */
    private static final int MEALS = 4;

    private static final byte[] FOOD = {0};
    /** The magic byte by which a close disarms it. */
    private static final byte[] DISARM = {'V'};

    private final Libc libc;
    private final Clock clock;
    private final Consumer<String> log;
    private final int fd;
    private final long intervalMillis;
    private long due = Long.MAX_VALUE;
    private boolean failing;

    private Watchdog(Libc libc, Clock clock, Consumer<String> log, int fd, int timeoutSeconds) {
        this.libc = libc;
        this.clock = clock;
        this.log = log;
        this.fd = fd;
        this.intervalMillis = timeoutSeconds * 1000L / MEALS;
    }

    /** A machine without one: nothing is fed. */
    public static Watchdog none(Libc libc, Clock clock) {
        return new Watchdog(libc, clock, line -> {}, -1, TIMEOUT_SECONDS);
    }

    /**
     * Arms the first device that can be armed, those of hardware before the kernel's own, and says which, or that there
     * is none.
     *
     * @param root {@code /}
     * @param log takes lines for people
     */
    public static Watchdog arm(Libc libc, Clock clock, Path root, Consumer<String> log) {
        for (Device device : devices(root)) {
            try {
                return open(libc, clock, log, device);
            } catch (SyscallException e) {
                log.accept("the watchdog " + device.identity() + " cannot be armed: " + e.getMessage());
            }
        }
        log.accept("no watchdog: this machine has none that its kernel knows, and stays as it is when it hangs");
        return none(libc, clock);
    }

    private record Device(String identity, Path node) {}

    private static List<Device> devices(Path root) {
        List<Device> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve("sys/class/watchdog"))) {
            for (Path entry : entries) {
                String identity = Files.readString(entry.resolve("identity")).strip();
                found.add(new Device(identity, root.resolve("dev").resolve(String.valueOf(entry.getFileName()))));
            }
        } catch (IOException e) {
            return List.of();
        }
        found.sort(Comparator.<Device, Boolean>comparing(
                        device -> device.identity().equals(OF_THE_KERNEL))
                .thenComparing(device -> device.node().toString()));
        return found;
    }

    private static Watchdog open(Libc libc, Clock clock, Consumer<String> log, Device device) throws SyscallException {
        String node = device.node().toString();
        int fd = libc.open(node, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0).orThrow("open " + node);
        int seconds = timeout(libc, fd);
        if (seconds <= 0) {
            disarm(libc, fd);
            throw new SyscallException("WDIOC_GETTIMEOUT " + node, Errno.EINVAL);
        }
        log.accept("the watchdog " + device.identity() + " is armed: " + seconds + " s after "
                + (device.identity().equals(OF_THE_KERNEL)
                        ? "PID 1 hangs the machine starts again; nothing notices a kernel that hangs"
                        : "PID 1 or the kernel hangs the machine starts again"));
        Watchdog watchdog = new Watchdog(libc, clock, log, fd, seconds);
        watchdog.feed();
        return watchdog;
    }

    /** Sets the timeout, and gives the one that the device then has; 0 when it tells none. */
    private static int timeout(Libc libc, int fd) {
        byte[] seconds = number(TIMEOUT_SECONDS);
        if (!libc.ioctl(fd, Watchdogs.WDIOC_SETTIMEOUT, seconds).isOk()) {
            seconds = number(0);
            libc.ioctl(fd, Watchdogs.WDIOC_GETTIMEOUT, seconds);
        }
        return ByteBuffer.wrap(seconds).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /** The time at which {@link #feed} is due; Long.MAX_VALUE for never. */
    public long due() {
        return due;
    }

    /** Feeds it. */
    public void feed() {
        if (fd < 0) {
            return;
        }
        due = clock.millis() + intervalMillis;
        if (libc.write(fd, FOOD, 0, FOOD.length) instanceof SysResult.Failed(var errno)) {
            if (!failing) {
                log.accept("feeding the watchdog failed, tried again: " + Errno.describe(errno));
            }
            failing = true;
        } else {
            failing = false;
        }
    }

    /** Lets one meal pass. */
    public void skip() {
        due = clock.millis() + intervalMillis;
    }

    /** Disarms it, before the machine ends in order. */
    public void disarm() {
        if (fd >= 0) {
            due = Long.MAX_VALUE;
            disarm(libc, fd);
        }
    }

    private static void disarm(Libc libc, int fd) {
        libc.write(fd, DISARM, 0, DISARM.length);
        libc.close(fd);
    }
}
