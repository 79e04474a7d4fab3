/* Whether KVM lets a machine have machines of its own: what a VMM may set. Source: Documentation/virt/kvm/api.rst. */
#include "chaos.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of linux/kvm.h, which is not among musl's headers. */
static const unsigned long CREATE_VM = 0xae01, CREATE_VCPU = 0xae41, GET_SREGS = 0x8138ae83, SET_SREGS = 0x4138ae84,
                           SET_MSRS = 0x4008ae89;

/* struct kvm_sregs: after eight segments and two tables. */
struct registers {
    unsigned char before[224];
    uint64_t cr0, cr2, cr3, cr4, cr8, efer, apic_base, interrupts[4];
};

/* struct kvm_msrs with one entry. */
struct msr {
    uint32_t count, pad, index, reserved;
    uint64_t value;
};

enum { MSR_EFER = 0xc0000080, EFER_SVME = 1 << 12, CR4_VMXE = 1 << 13 };

static const char *of(int is_taken) {
    return is_taken ? "taken" : "refused";
}

static int is_taken(int vcpu, const struct registers *were, uint64_t cr4) {
    struct registers changed = *were;
    changed.cr4 |= cr4;
    return ioctl(vcpu, SET_SREGS, &changed) == 0;
}

static int is_msr_taken(int vcpu, uint64_t efer) {
    struct msr msr = {.count = 1, .index = MSR_EFER, .value = efer};
    return ioctl(vcpu, SET_MSRS, &msr) == 1;
}

void try_nested(void) {
    struct registers were;
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm = ioctl(kvm, CREATE_VM, 0), vcpu = ioctl(vm, CREATE_VCPU, 0);
    if (ioctl(vcpu, GET_SREGS, &were) != 0) {
        add("nested failed: %s", strerror(errno));
    } else {
        add("nested as-it-is=%s,%s", of(is_taken(vcpu, &were, 0)), of(is_msr_taken(vcpu, 0)));
        add(" svme=%s", of(is_msr_taken(vcpu, EFER_SVME)));
        add(" vmxe=%s", of(is_taken(vcpu, &were, CR4_VMXE)));
    }
    close(vcpu);
    close(vm);
    close(kvm);
}
