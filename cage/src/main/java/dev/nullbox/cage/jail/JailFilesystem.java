package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.protocol.Message;
import dev.nullbox.service.sandbox.PrivateRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Mount namespace of one VMM: the program, its devices, its disks, the socket of its control channel, and nothing else
 * of the host. All but the writable disks is read-only.
 */
final class JailFilesystem {
    /** The directory of the guest's disks, each by its id. */
    static final String DISKS = "/disks";

    /** The directory of the socket that the guest dials. */
    static final String CONTROL = "/control";

    /** Devices that the VMM opens; the network card's tap is made beforehand. */
    private static final List<String> DEVICES =
            List.of("/dev/kvm", "/dev/net/tun", "/dev/null", "/dev/zero", "/dev/urandom");

    private JailFilesystem() {}

    /** Builds it and moves the calling thread into it; {@code /} is still writable. */
    static void enter(Libc libc, Message spec) throws IOException {
        PrivateRoot root = PrivateRoot.begin(libc, Path.of(spec.get(JailSpec.NEW_ROOT)));
        for (String bind : spec.get(JailSpec.BINDS)) {
            root.show(Path.of(bind));
        }
        for (String device : DEVICES) {
            if (Files.exists(Path.of(device))) {
                root.device(Path.of(device));
            }
        }
        root.processes(PrivateRoot.PLAIN);
        root.bind(Path.of(spec.get(JailSpec.CONTROL)), Path.of(CONTROL), PrivateRoot.SEALED | Mounts.MS_NOEXEC);
        for (Message disk : spec.get(JailSpec.VM).get(VmConfig.DISKS)) {
            root.bind(
                    Path.of(disk.get(VmConfig.HOST_PATH)),
                    Path.of(DISKS, disk.get(VmConfig.DISK_ID)),
                    (disk.get(VmConfig.READ_ONLY) ? PrivateRoot.SEALED : PrivateRoot.PLAIN) | Mounts.MS_NOEXEC);
        }
        root.enter();
    }

    /** Length of the largest disk that the VMM may write, in bytes; 0 when there is none. */
    static long largestDisk(Message spec) throws IOException {
        long largest = 0;
        for (Message disk : spec.get(JailSpec.VM).get(VmConfig.DISKS)) {
            if (!disk.get(VmConfig.READ_ONLY)) {
                largest = Math.max(largest, Files.size(Path.of(DISKS, disk.get(VmConfig.DISK_ID))));
            }
        }
        return largest;
    }
}
