package dev.nullbox.natives.linux;

/** Constants of the KVM API document, ioctl(2), by their C names. Source: {@code linux/kvm.h}, x86-64. */
public final class Kvm {
    public static final long KVM_GET_API_VERSION = 0xae00;
    public static final long KVM_CREATE_VM = 0xae01;
    public static final long KVM_CHECK_EXTENSION = 0xae03;
    public static final long KVM_API_VERSION = 0xc;

    private Kvm() {}
}
