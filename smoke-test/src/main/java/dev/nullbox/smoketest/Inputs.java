package dev.nullbox.smoketest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Environment variables of {@code ./nullbox test vm}. A missing one is an error, never a reason to skip. */
final class Inputs {
    private Inputs() {}

    /** NULLBOX_KERNEL: the bzImage. */
    static Path kernel() {
        return file("NULLBOX_KERNEL");
    }

    /** NULLBOX_INITRAMFS: the initramfs that belongs to {@link #root()}. */
    static Path initramfs() {
        return file("NULLBOX_INITRAMFS");
    }

    /** NULLBOX_ROOT: the product's SquashFS. */
    static Path root() {
        return file("NULLBOX_ROOT");
    }

    /** NULLBOX_ROOT_JVM: the SquashFS whose cage runs on a JVM. */
    static Path jvmRoot() {
        return file("NULLBOX_ROOT_JVM");
    }

    /** NULLBOX_INITRAMFS_JVM: the initramfs that belongs to {@link #jvmRoot()}. */
    static Path jvmInitramfs() {
        return file("NULLBOX_INITRAMFS_JVM");
    }

    /** NULLBOX_ROOT_CHAOS: the product's SquashFS with smoke-test/chaos as /sbin/chaos. */
    static Path chaosRoot() {
        return file("NULLBOX_ROOT_CHAOS");
    }

    /** NULLBOX_INITRAMFS_CHAOS: the initramfs that belongs to {@link #chaosRoot()}. */
    static Path chaosInitramfs() {
        return file("NULLBOX_INITRAMFS_CHAOS");
    }

    /** NULLBOX_ISO: the bootable medium. */
    static Path iso() {
        return file("NULLBOX_ISO");
    }

    /** NULLBOX_QEMU: qemu-system-x86_64, version 10 or newer. */
    static Path qemu() {
        return file("NULLBOX_QEMU");
    }

    /** NULLBOX_OVMF: the directory with OVMF_CODE.fd and OVMF_VARS.fd. */
    static Path ovmf() {
        return file("NULLBOX_OVMF");
    }

    /** NULLBOX_NULLCTL: the command, in words. */
    static List<String> nullctl() {
        return List.of(required("NULLBOX_NULLCTL").split(" "));
    }

    /** NULLBOX_CREDENTIALS: the directory with this build's certificates. */
    static Path credentials() {
        return file("NULLBOX_CREDENTIALS");
    }

    /** NULLBOX_CLIENT: the packages of smoke-test/client. */
    static Path client() {
        return file("NULLBOX_CLIENT");
    }

    /** NULLBOX_PROBE: smoke-test/probe/probe.c as a static program. */
    static Path probe() {
        return file("NULLBOX_PROBE");
    }

    /** NULLBOX_DEBIAN_ROOT: the root.erofs of Debian with the programs of smoke-test/debian; its digest lies beside it. */
    static Path debianRoot() {
        return file("NULLBOX_DEBIAN_ROOT");
    }

    /** NULLBOX_EXAMPLES: the agents of examples/ but hello, each a directory with AGENT.toml and root.erofs. */
    static Path examples() {
        return file("NULLBOX_EXAMPLES");
    }

    /** NULLBOX_BUSYBOX: Debian's busybox-static. */
    static Path busybox() {
        return file("NULLBOX_BUSYBOX");
    }

    /** NULLBOX_DISK_MAKER: tools/disk.sh. */
    static Path diskMaker() {
        return file("NULLBOX_DISK_MAKER");
    }

    /** NULLBOX_MEDIUM_MAKER: tools/media.sh. */
    static Path mediumMaker() {
        return file("NULLBOX_MEDIUM_MAKER");
    }

    /** NULLBOX_DISK_IMAGE_MAKER: tools/disk-image.sh. */
    static Path diskImageMaker() {
        return file("NULLBOX_DISK_IMAGE_MAKER");
    }

    /** NULLBOX_LEAST_INIT: an initramfs that holds smoke-test/reference/init.c and nothing else. */
    static Path leastInit() {
        return file("NULLBOX_LEAST_INIT");
    }

    /** The initramfs that holds smoke-test/verity/flips.c and nothing else: beside {@link #leastInit()}. */
    static Path flips() {
        return leastInit().resolveSibling("flips.cpio");
    }

    /** NULLBOX_ACCEL: the accelerator that worked in a trial boot. */
    static Accelerator accelerator() {
        String name = required("NULLBOX_ACCEL");
        return switch (name) {
            case "kvm" -> Accelerator.KVM;
            case "tcg" -> Accelerator.TCG;
            default -> throw new IllegalStateException("NULLBOX_ACCEL is \"" + name + "\": kvm or tcg");
        };
    }

    private static Path file(String name) {
        Path path = Path.of(required(name));
        if (!Files.exists(path)) {
            throw new IllegalStateException(name + " names " + path + ", which is not there: run ./nullbox test vm");
        }
        return path;
    }

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException(name + " is not set: run ./nullbox test vm, which builds what is needed");
        }
        return value;
    }
}
