package dev.nullbox.cage.jail;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.MissingSymbolException;
import dev.nullbox.natives.SysResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A libkrun that records its calls, has the symbols that it is given, and fails at one call where it is told so. */
final class FakeKrun implements Krun {
    static final int CONTEXT = 7;

    private final Set<String> symbols;
    private final String failing;
    private final int errno;
    private final List<String> calls = new ArrayList<>();

    FakeKrun(Set<String> symbols, String failing, int errno) {
        this.symbols = Set.copyOf(symbols);
        this.failing = failing;
        this.errno = errno;
    }

    List<String> calls() {
        return List.copyOf(calls);
    }

    private SysResult call(String name, Object arguments) {
        calls.add(name + " " + arguments);
        if (name.equals(failing)) {
            return new SysResult.Failed(errno);
        }
        return new SysResult.Ok(name.equals("create_ctx") ? CONTEXT : 0);
    }

    @Override
    public SysResult setLogLevel(int level) {
        return call("set_log_level", level);
    }

    @Override
    public SysResult createCtx() {
        if (!symbols.contains("krun_create_ctx")) {
            throw new MissingSymbolException("krun_create_ctx is not in libkrun.so.1");
        }
        return call("create_ctx", "");
    }

    @Override
    public SysResult freeCtx(int ctx) {
        return call("free_ctx", ctx);
    }

    @Override
    public SysResult setVmConfig(int ctx, int vcpus, int memoryMib) {
        return call("set_vm_config", List.of(ctx, vcpus, memoryMib));
    }

    @Override
    public SysResult setKernel(
            int ctx, String kernel, int format, @Nullable String initramfs, @Nullable String cmdline) {
        return call("set_kernel", Arrays.asList(ctx, kernel, format, initramfs, cmdline));
    }

    @Override
    public SysResult addDisk(int ctx, String id, String path, boolean readOnly) {
        return call("add_disk", List.of(ctx, id, path, readOnly));
    }

    @Override
    public SysResult addNetTap(int ctx, String tap, byte[] mac, int features, int flags) {
        return call("add_net_tap", List.of(ctx, tap, HexFormat.of().formatHex(mac), features, flags));
    }

    @Override
    public SysResult setNestedVirt(int ctx, boolean enabled) {
        return call("set_nested_virt", List.of(ctx, enabled));
    }

    @Override
    public SysResult addVsockPort2(int ctx, int guestPort, String unixSocket, boolean guestListens) {
        return call("add_vsock_port2", List.of(ctx, guestPort, unixSocket, guestListens));
    }

    @Override
    public SysResult startEnter(int ctx) {
        return call("start_enter", ctx);
    }
}
