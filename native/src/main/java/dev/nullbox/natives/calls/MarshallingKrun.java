package dev.nullbox.natives.calls;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.SysResult;
import java.util.List;
import java.util.Set;

/** {@link Krun} over either way of calling C. libkrun returns a negated errno, so nothing is captured. */
final class MarshallingKrun implements Krun {
    private static final int MAX_VCPUS = 255;

    private final KrunCalls calls;
    private final CFrame.Source memory;

    MarshallingKrun(KrunCalls calls, CFrame.Source memory) {
        this.calls = calls;
        this.memory = memory;
    }

    @Override
    public Set<String> symbols() {
        return calls.symbols();
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
            throw new IllegalArgumentException("vcpus is a uint8_t, not " + vcpus);
        }
        return result(calls.setVmConfig(ctx, (byte) vcpus, memoryMib));
    }

    @Override
    public SysResult setRoot(int ctx, String path) {
        try (CFrame frame = memory.open()) {
            return result(calls.setRoot(ctx, frame.string(path)));
        }
    }

    @Override
    public SysResult addVirtiofs3(int ctx, String tag, String path, long shmBytes, boolean readOnly) {
        try (CFrame frame = memory.open()) {
            return result(calls.addVirtiofs3(ctx, frame.string(tag), frame.string(path), shmBytes, readOnly));
        }
    }

    @Override
    public SysResult setPortMap(int ctx, List<String> hostToGuest) {
        try (CFrame frame = memory.open()) {
            return result(calls.setPortMap(ctx, frame.strings(hostToGuest)));
        }
    }

    @Override
    public SysResult setWorkdir(int ctx, String path) {
        try (CFrame frame = memory.open()) {
            return result(calls.setWorkdir(ctx, frame.string(path)));
        }
    }

    @Override
    public SysResult setExec(int ctx, String path, List<String> argv, List<String> env) {
        try (CFrame frame = memory.open()) {
            return result(calls.setExec(ctx, frame.string(path), frame.strings(argv), frame.strings(env)));
        }
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
