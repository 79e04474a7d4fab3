package dev.nullbox.nulld;

import dev.nullbox.natives.Errno;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Mounts;
import dev.nullbox.natives.SysResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Mounts entries of {@link MountTable} and reads back from the kernel that their flags took. */
final class Mounter {
    private final Libc libc;
    private final Path mountInfo;

    /** @param mountInfo {@code /proc/self/mountinfo} */
    Mounter(Libc libc, Path mountInfo) {
        this.libc = libc;
        this.mountInfo = mountInfo;
    }

    /**
     * Mounts each entry, or gives its flags to what is already mounted there.
     *
     * @return what went wrong with entries that are not required, for people
     * @throws BootException when a required one cannot be mounted
     */
    List<String> mount(List<MountEntry> entries) throws BootException {
        List<String> problems = new ArrayList<>();
        for (MountEntry entry : entries) {
            SysResult result = mountOne(entry);
            if (result instanceof SysResult.Failed(var errno)) {
                String problem =
                        "cannot mount " + entry.type() + " on " + entry.target() + ": " + Errno.describe(errno);
                if (entry.required()) {
                    throw new BootException(
                            problem,
                            errno == Errno.ENOENT
                                    ? "the image lacks the directory " + entry.target() + ": build the image anew"
                                    : "the kernel lacks " + entry.type() + ": build it with kernel-config/");
                }
                problems.add(problem);
            }
        }
        problems.addAll(verify(entries));
        return problems;
    }

    /** What the kernel says about the entries' flags, where it is other than asked. */
    List<String> verify(List<MountEntry> entries) {
        List<MountInfo> mounts = MountInfo.read(mountInfo);
        List<String> problems = new ArrayList<>();
        for (MountEntry entry : entries) {
            MountInfo.at(mounts, entry.target())
                    .filter(got -> !got.has(entry.options()))
                    .ifPresent(got -> problems.add(entry.target() + " is mounted " + String.join(",", got.options())
                            + " but was asked for " + entry.options()));
        }
        return problems;
    }

    private SysResult mountOne(MountEntry entry) {
        boolean mounted = MountInfo.at(MountInfo.read(mountInfo), entry.target())
                .filter(m -> m.type().equals(entry.type()))
                .isPresent();
        String data = entry.data().isEmpty() ? null : entry.data();
        if (mounted) {
            return libc.mount(entry.type(), entry.target(), entry.type(), entry.flags() | Mounts.MS_REMOUNT, data);
        }
        return libc.mount(entry.type(), entry.target(), entry.type(), entry.flags(), data);
    }

    /** Makes a directory that may be there already. */
    static void directory(Path path) throws BootException {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new BootException("cannot make the directory " + path + ": " + e, "build the image anew");
        }
    }
}
