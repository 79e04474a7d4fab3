package dev.nullbox.smoketest;

import java.util.List;

/** QEMU's accelerator for the appliance's processor. */
enum Accelerator {
    /** The host's own virtualisation, nested once more for the microVMs. */
    KVM,
    /** QEMU's software processor, which has an AMD-V of its own. */
    TCG;

    /** QEMU's arguments for one processor. */
    List<String> arguments() {
        return with("", "1");
    }

    /** QEMU's arguments for one core with two threads. */
    List<String> argumentsWithTwoThreads() {
        return with("", "2,cores=1,threads=2");
    }

    /** QEMU's arguments for a processor without virtualisation. */
    List<String> argumentsWithoutVirtualisation() {
        return switch (this) {
            case KVM -> with(",-svm,-vmx", "1");
            case TCG -> with(",-svm", "1");
        };
    }

    private List<String> with(String features, String processors) {
        return switch (this) {
            case KVM -> List.of("-accel", "kvm", "-cpu", "host" + features, "-smp", processors);
            // Without erms and fsrm the kernel wipes memory by a way that the emulation is quick at.
            case TCG -> List.of("-accel", "tcg", "-cpu", "max,-erms,-fsrm" + features, "-smp", processors);
        };
    }

    /** Words for the kernel's command line. */
    List<String> kernelArguments() {
        return switch (this) {
            case KVM -> List.of();
            // On a loaded machine the emulated timer ticks too late for the kernel, which then panics.
            case TCG -> List.of("no_timer_check");
        };
    }
}
