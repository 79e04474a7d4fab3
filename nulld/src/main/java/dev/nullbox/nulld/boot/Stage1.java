package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.MountEntry;
import dev.nullbox.nulld.linux.MountTable;
import dev.nullbox.nulld.linux.Mounter;
import dev.nullbox.nulld.linux.RootVerification;
import dev.nullbox.nulld.linux.Superblock;
import dev.nullbox.nulld.linux.VerityDevice;
import dev.nullbox.nulld.linux.VerityTree;
import dev.nullbox.nulld.log.EventPort;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.log.Screen;
import dev.nullbox.protocol.api.NulldContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * PID 1 in the initramfs: finds the root built with it, verifies what is read of it, mounts it read-only, moves into it
 * and becomes its nulld.
 */
public final class Stage1 {
    /** The file whose presence identifies the initramfs. */
    public static final String MARKER = "/stage1";

    private static final String INIT = "/sbin/nulld";

    private final Libc libc;
    private final Clock clock;
    private final Journal journal;
    private final Path root;
    private final Path newRoot;

    /** @param root {@code /} of the initramfs */
    public Stage1(Libc libc, Clock clock, Journal journal, Path root) {
        this.libc = libc;
        this.clock = clock;
        this.journal = journal;
        this.root = root;
        this.newRoot = root.resolve("newroot");
    }

    /** Runs the phases and executes the root's nulld: returns only by an exception. */
    public void run() throws BootException {
        BootPhases phases = new BootPhases("stage1", clock, journal);
        Mounter mounter = new Mounter(libc, root);
        phases.run("virtual-filesystems", fields -> {
            for (MountEntry entry : MountTable.VIRTUAL) {
                Mounter.directory(entry.at(root));
            }
            mounter.mount(MountTable.VIRTUAL).forEach(problem -> journal.text("stage1", problem));
            Screen.attach(libc, root, journal);
            EventPort.attach(
                    libc,
                    Cmdline.read(root.resolve("proc/cmdline")),
                    journal,
                    problem -> journal.text("stage1", problem));
        });
        Superblock wanted = Superblock.read(root.resolve("root.superblock"));
        SwitchRoot switchRoot = new SwitchRoot(libc, root, newRoot);
        AtomicReference<RootFinder.Found> found = new AtomicReference<>();
        phases.run("find-root", fields -> {
            RootFinder finder = new RootFinder(libc, clock, root, wanted, line -> journal.text("stage1", line));
            found.set(finder.find());
            fields.add(NulldContract.DEVICE.is(found.get().description()));
        });
        phases.run("verify-root", fields -> {
            try {
                String node = verified(found.get(), wanted);
                fields.add(NulldContract.DEVICE.is(node));
                mountRoot(switchRoot, node, found.get());
            } finally {
                if (found.get().heldFd() >= 0) {
                    libc.close(found.get().heldFd());
                }
            }
        });
        phases.run("enter-root", fields -> {
            try {
                switchRoot.enter(MountTable.VIRTUAL);
            } catch (IOException e) {
                throw new BootException(
                        "cannot move into the root file system: " + e.getMessage(),
                        "the image lacks a mount point or is damaged: build or write it anew");
            }
        });
        journal.flush(2_000);
        SysResult failed = libc.execve(INIT, List.of("nulld", found.get().medium()), List.of("LANG=C.UTF-8"));
        if (failed instanceof SysResult.Failed(var errno)) {
            throw new BootException(
                    "execve " + INIT + ": " + Errno.describe(errno), "build the image anew: it lacks nulld");
        }
    }

    /** The device through which the root is read: each block of it is verified. */
    private String verified(RootFinder.Found found, Superblock wanted) throws BootException {
        RootVerification verification = RootVerification.of(Cmdline.read(root.resolve("proc/cmdline")));
        VerityTree tree = VerityTree.read(Path.of(found.device()), wanted);
        verification.setPanic(root.resolve("proc/sys"));
        return new VerityDevice(libc, root).map(found.device(), tree, verification.rootHash());
    }

    private void mountRoot(SwitchRoot switchRoot, String node, RootFinder.Found found) throws BootException {
        Mounter.directory(newRoot);
        if (switchRoot.mount(node) instanceof SysResult.Failed(var errno)) {
            throw new BootException(
                    "cannot mount the SquashFS on " + found.description() + ": " + Errno.describe(errno),
                    "write the image anew: it is damaged");
        }
    }
}
