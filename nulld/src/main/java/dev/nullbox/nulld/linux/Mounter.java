package dev.nullbox.nulld.linux;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Mounts the entries of {@link MountTable} and reads their flags back from the kernel. */
public final class Mounter {
    private final Libc libc;
    private final Path root;

    /** @param root the directory that the entries' targets are below: {@code /} */
    public Mounter(Libc libc, Path root) {
        this.libc = libc;
        this.root = root;
    }

    /**
     * Mounts each entry, or sets its flags on an existing mount.
     *
     * @return failures of entries that are not required, as messages
     * @throws BootException when a required one cannot be mounted
     */
    public List<String> mount(List<MountEntry> entries) throws BootException {
        List<String> problems = new ArrayList<>();
        for (MountEntry entry : entries) {
            SysResult result = mountOne(entry);
            if (result instanceof SysResult.Failed(var errno)) {
                String problem =
                        "cannot mount " + entry.type() + " on " + entry.target() + ": " + Errno.describe(errno);
                if (entry.required()) {
                    throw new BootException(problem, remedy(entry, errno));
                }
                problems.add(problem);
            }
        }
        problems.addAll(verify(entries));
        return problems;
    }

    /** The flags that the kernel reports, where they differ from the entries'. */
    List<String> verify(List<MountEntry> entries) {
        List<MountInfo> mounts = mounts();
        List<String> problems = new ArrayList<>();
        for (MountEntry entry : entries) {
            MountInfo.at(mounts, target(entry))
                    .filter(got -> !got.has(entry.options()))
                    .ifPresent(got -> problems.add(entry.target() + " is mounted " + String.join(",", got.options())
                            + " but was asked for " + entry.options()));
        }
        return problems;
    }

    private SysResult mountOne(MountEntry entry) {
        String target = target(entry);
        boolean mounted = MountInfo.at(mounts(), target)
                .filter(m -> m.type().equals(entry.type()))
                .isPresent();
        String data = entry.data().isEmpty() ? null : entry.data();
        if (mounted) {
            return libc.mount(entry.type(), target, entry.type(), entry.flags() | Mounts.MS_REMOUNT, data);
        }
        return libc.mount(entry.type(), target, entry.type(), entry.flags(), data);
    }

    private List<MountInfo> mounts() {
        return MountInfo.read(root.resolve("proc/self/mountinfo"));
    }

    private String target(MountEntry entry) {
        return entry.at(root).toString();
    }

    private static String remedy(MountEntry entry, int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "the image lacks the directory " + entry.target() + ": build the image anew";
            case Errno.ENODEV -> "the kernel lacks " + entry.type() + ": build it with kernel-config/";
            case Errno.ENOMEM -> "give the machine more memory";
            default -> "build kernel and image anew, and report this when it stays";
        };
    }

    /** Makes a directory that may be there already. */
    public static void directory(Path path) throws BootException {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new BootException("cannot make the directory " + path + ": " + e, "build the image anew");
        }
    }
}
