package dev.nullbox.natives.calls;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.SysResult;
import org.jspecify.annotations.Nullable;

/** {@link Krun} over either way of calling C. libkrun returns a negated errno, so nothing is captured. */
final class MarshallingKrun implements Krun {
    private static final int MAX_VCPUS = 255;
    private static final int MAC_BYTES = 6;

    private final KrunCalls calls;
    private final CFrame.Source memory;

    MarshallingKrun(KrunCalls calls, CFrame.Source memory) {
        this.calls = calls;
        this.memory = memory;
    }

    @Override
    public SysResult setLogLevel(int level) {
        return result(calls.setLogLevel(level));
    }

    @Override
    public SysResult createCtx() {
        return result(calls.createCtx());
    }

    @Override
    public SysResult freeCtx(int ctx) {
        return result(calls.freeCtx(ctx));
    }

    @Override
    public SysResult setVmConfig(int ctx, int vcpus, int memoryMib) {
        if (vcpus < 0 || vcpus > MAX_VCPUS) {
            throw new IllegalArgumentException("vcpus is a uint8_t, 0 to 255, not " + vcpus);
        }
        return result(calls.setVmConfig(ctx, vcpus, memoryMib));
    }

    @Override
    public SysResult setKernel(
            int ctx, String kernel, int format, @Nullable String initramfs, @Nullable String cmdline) {
        try (CFrame frame = memory.open()) {
            return result(
                    calls.setKernel(ctx, frame.string(kernel), format, frame.string(initramfs), frame.string(cmdline)));
        }
    }

    @Override
    public SysResult addDisk(int ctx, String id, String path, boolean readOnly) {
        try (CFrame frame = memory.open()) {
            return result(calls.addDisk(ctx, frame.string(id), frame.string(path), readOnly));
        }
    }

    @Override
    public SysResult addNetTap(int ctx, String tap, byte[] mac, int features, int flags) {
        if (mac.length != MAC_BYTES) {
            throw new IllegalArgumentException("mac is 6 bytes, not " + mac.length);
        }
        try (CFrame frame = memory.open()) {
            return result(calls.addNetTap(ctx, frame.string(tap), frame.bytes(mac), features, flags));
        }
    }

    @Override
    public SysResult setNestedVirt(int ctx, boolean enabled) {
        return result(calls.setNestedVirt(ctx, enabled));
    }

    @Override
    public SysResult addVsockPort2(int ctx, int guestPort, String unixSocket, boolean guestListens) {
        try (CFrame frame = memory.open()) {
            return result(calls.addVsockPort2(ctx, guestPort, frame.string(unixSocket), guestListens));
        }
    }

    @Override
    public SysResult startEnter(int ctx) {
        return result(calls.startEnter(ctx));
    }

    private static SysResult result(int returned) {
        return returned >= 0 ? new SysResult.Ok(returned) : new SysResult.Failed(-returned);
    }
}
