package dev.nullbox.natives.calls;

import static dev.nullbox.natives.calls.FfmLink.at;
import static dev.nullbox.natives.calls.FfmLink.plainCall;
import static dev.nullbox.natives.calls.FfmLink.unbound;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * libkrun through java.lang.foreign, in jextract's shape: one handle per C function, of its name and C types, called with
 * the address that the loaded library has for it. DescriptorAuditTest holds the handles against libkrun.h.
 */
@SuppressWarnings("MemberName") // the handles have the C functions' names
final class FfmKrun implements KrunCalls {
    private static final MethodHandle krun_set_log_level = unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle krun_create_ctx = unbound(FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle krun_free_ctx = unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle krun_set_vm_config =
            unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle krun_set_kernel =
            unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle krun_add_disk =
            unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_BOOLEAN));
    private static final MethodHandle krun_add_net_tap =
            unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle krun_set_nested_virt =
            unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_BOOLEAN));
    private static final MethodHandle krun_add_vsock_port2 =
            unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_BOOLEAN));
    private static final MethodHandle krun_start_enter = unbound(FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final FfmLibrary krun;

    FfmKrun(FfmLibrary krun) {
        this.krun = krun;
    }

    @Override
    public int setLogLevel(int level) {
        MemorySegment function = krun.require("krun_set_log_level");
        return plainCall(() -> (int) krun_set_log_level.invokeExact(function, level));
    }

    @Override
    public int createCtx() {
        MemorySegment function = krun.require("krun_create_ctx");
        return plainCall(() -> (int) krun_create_ctx.invokeExact(function));
    }

    @Override
    public int freeCtx(int ctx) {
        MemorySegment function = krun.require("krun_free_ctx");
        return plainCall(() -> (int) krun_free_ctx.invokeExact(function, ctx));
    }

    @Override
    public int setVmConfig(int ctx, int vcpus, int memoryMib) {
        MemorySegment function = krun.require("krun_set_vm_config");
        return plainCall(() -> (int) krun_set_vm_config.invokeExact(function, ctx, vcpus, memoryMib));
    }

    @Override
    public int setKernel(int ctx, long kernel, int format, long initramfs, long cmdline) {
        MemorySegment function = krun.require("krun_set_kernel");
        return plainCall(
                () -> (int) krun_set_kernel.invokeExact(function, ctx, at(kernel), format, at(initramfs), at(cmdline)));
    }

    @Override
    public int addDisk(int ctx, long id, long path, boolean readOnly) {
        MemorySegment function = krun.require("krun_add_disk");
        return plainCall(() -> (int) krun_add_disk.invokeExact(function, ctx, at(id), at(path), readOnly));
    }

    @Override
    public int addNetTap(int ctx, long tap, long mac, int features, int flags) {
        MemorySegment function = krun.require("krun_add_net_tap");
        return plainCall(() -> (int) krun_add_net_tap.invokeExact(function, ctx, at(tap), at(mac), features, flags));
    }

    @Override
    public int setNestedVirt(int ctx, boolean enabled) {
        MemorySegment function = krun.require("krun_set_nested_virt");
        return plainCall(() -> (int) krun_set_nested_virt.invokeExact(function, ctx, enabled));
    }

    @Override
    public int addVsockPort2(int ctx, int port, long path, boolean listen) {
        MemorySegment function = krun.require("krun_add_vsock_port2");
        return plainCall(() -> (int) krun_add_vsock_port2.invokeExact(function, ctx, port, at(path), listen));
    }

    @Override
    public int startEnter(int ctx) {
        MemorySegment function = krun.require("krun_start_enter");
        return plainCall(() -> (int) krun_start_enter.invokeExact(function, ctx));
    }
}
