package dev.nullbox.nulld.linux;

import dev.nullbox.natives.linux.Mounts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * File system that PID 1 mounts.
 *
 * @param type as in /proc/filesystems; also the source's name
 * @param target absolute path
 * @param flags bits of MS_*: mount(2)
 * @param data the file system's own options, comma-separated; empty for none
 * @param required whether the appliance cannot run at all without it
 * @param why its purpose, and the reason for these flags
 */
public record MountEntry(String type, String target, long flags, String data, boolean required, String why) {
    /** The mount point when the root is this directory. */
    public Path at(Path root) {
        return root.resolve(target.substring(1));
    }

    /** The flags by name, as /proc/self/mountinfo and docs/boot.md show them: {@code "nosuid,nodev"}. */
    String options() {
        List<String> names = new ArrayList<>();
        for (Flag flag : Flag.values()) {
            if ((flags & flag.bit) != 0) {
                names.add(flag.name);
            }
        }
        return String.join(",", names);
    }

    private enum Flag {
        RDONLY("ro", Mounts.MS_RDONLY),
        NOSUID("nosuid", Mounts.MS_NOSUID),
        NODEV("nodev", Mounts.MS_NODEV),
        NOEXEC("noexec", Mounts.MS_NOEXEC);

        private final String name;
        private final long bit;

        Flag(String name, long bit) {
            this.name = name;
            this.bit = bit;
        }
    }
}
