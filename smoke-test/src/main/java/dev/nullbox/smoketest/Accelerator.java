package dev.nullbox.smoketest;

import java.util.List;

/** QEMU's accelerator for the appliance's processor. */
enum Accelerator {
    /** The host's own virtualisation, nested once more for the microVMs. */
    KVM,
    /** QEMU's software processor, which has an AMD-V of its own. */
    TCG;

    /** QEMU's arguments. */
    List<String> arguments() {
        return switch (this) {
            case KVM -> List.of("-accel", "kvm", "-cpu", "host");
            // Without erms and fsrm the kernel clears memory by a method that the emulation runs fast.
            case TCG -> List.of("-accel", "tcg", "-cpu", "max,-erms,-fsrm");
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

    /** QEMU's arguments for a processor without virtualisation. */
    List<String> argumentsWithoutVirtualisation() {
        return switch (this) {
            case KVM -> List.of("-accel", "kvm", "-cpu", "host,-svm,-vmx");
            case TCG -> List.of("-accel", "tcg", "-cpu", "max,-erms,-fsrm,-svm");
        };
    }
}
