package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Path in the guest at which a directory of one of the agent's data disks is mounted: outside the trees of the guest's
 * kernel and of the appliance, and none that would hide what every program needs.
 *
 * @param path of at most 255 bytes, never {@code /} itself
 */
public record MountPath(GuestPath path) {
    static final int MAX_BYTES = 255;
    static final String RULE = "absolute guest paths of at most " + MAX_BYTES
            + " bytes; canonical, outside `/proc /sys /dev /run`, not `/` or a tree of the system such as `/etc` or `/usr/lib`";

    private static final Set<String> RESERVED = Set.of("proc", "sys", "dev", "run");
    private static final Set<String> SYSTEM = Set.of(
            "/",
            "/bin",
            "/etc",
            "/lib",
            "/lib64",
            "/sbin",
            "/usr",
            "/usr/bin",
            "/usr/lib",
            "/usr/lib64",
            "/usr/sbin",
            "/var",
            "/var/run");

    /**
     * A checked path.
     *
     * @throws InvalidValueException when nothing can be mounted there
     */
    public MountPath {
        String value = path.value();
        String shown = Text.quoted(value);
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new InvalidValueException(
                    shown + " has " + bytes + " bytes", "use a path of at most " + MAX_BYTES + " bytes");
        }
        if (RESERVED.contains(value.substring(1).split("/", -1)[0]) || value.startsWith("/var/run/")) {
            throw new InvalidValueException(
                    shown + " lies in a tree that is not the agent's", "stay out of /proc, /sys, /dev and /run");
        }
        if (SYSTEM.contains(value)) {
            throw new InvalidValueException(
                    shown + " is a tree of the system, which would be hidden", "name a directory below it, or /data");
        }
    }

    /** Parses a path. */
    static MountPath of(String text) {
        return new MountPath(new GuestPath(text));
    }

    /** The form in AGENT.toml. */
    public String value() {
        return path.value();
    }

    @Override
    public String toString() {
        return path.value();
    }
}
