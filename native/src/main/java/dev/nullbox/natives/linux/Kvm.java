package dev.nullbox.natives.linux;

/** Constants of the KVM API document, ioctl(2), by their C names. Source: {@code linux/kvm.h}, x86-64. */
public final class Kvm {
    public static final long KVM_API_VERSION = 0xc;
    // of /dev/kvm
    public static final long KVM_GET_API_VERSION = 0xae00;
    public static final long KVM_CREATE_VM = 0xae01;
    public static final long KVM_GET_MSR_INDEX_LIST = 0xc004ae02L;
    public static final long KVM_CHECK_EXTENSION = 0xae03;
    public static final long KVM_GET_VCPU_MMAP_SIZE = 0xae04;
    public static final long KVM_GET_SUPPORTED_CPUID = 0xc008ae05L;
    // of a virtual machine
    public static final long KVM_CREATE_VCPU = 0xae41;
    public static final long KVM_SET_USER_MEMORY_REGION = 0x4020ae46;
    public static final long KVM_SET_TSS_ADDR = 0xae47;
    public static final long KVM_CREATE_IRQCHIP = 0xae60;
    public static final long KVM_IRQFD = 0x4020ae76;
    public static final long KVM_CREATE_PIT2 = 0x4040ae77;
    public static final long KVM_IOEVENTFD = 0x4040ae79;
    // of a virtual processor
    public static final long KVM_RUN = 0xae80;
    public static final long KVM_SET_REGS = 0x4090ae82;
    public static final long KVM_GET_SREGS = 0x8138ae83L;
    public static final long KVM_SET_SREGS = 0x4138ae84;
    public static final long KVM_SET_MSRS = 0x4008ae89;
    public static final long KVM_SET_FPU = 0x41a0ae8d;
    public static final long KVM_GET_LAPIC = 0x8400ae8eL;
    public static final long KVM_SET_LAPIC = 0x4400ae8f;
    public static final long KVM_SET_CPUID2 = 0x4008ae90;

    private Kvm() {}
}
