package dev.nullbox.cage.jail;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.MissingSymbolException;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.protocol.Message;
import java.util.List;

/** A microVM configured through libkrun. Source: libkrun.h. */
final class KrunVm {
    /** Refusal by libkrun: the call with its arguments and the errno, or the symbol that is missing. */
    static final class KrunException extends Exception {
        private static final long serialVersionUID = 1L;

        KrunException(String message) {
            super(message);
        }
    }

    private final Krun krun;
    private final int context;

    private KrunVm(Krun krun, int context) {
        this.krun = krun;
        this.context = context;
    }

    /** A configured microVM; nothing runs yet. */
    static KrunVm configure(Krun krun, Message spec) throws KrunException {
        try {
            int level = spec.getInt(JailSpec.KRUN_LOG_LEVEL);
            ok("krun_set_log_level " + level, krun.setLogLevel(level));
            KrunVm vm = new KrunVm(krun, ok("krun_create_ctx", krun.createCtx()));
            vm.apply(spec);
            return vm;
        } catch (MissingSymbolException e) {
            throw new KrunException(String.valueOf(e.getMessage()));
        }
    }

    private void apply(Message spec) throws KrunException {
        Message vm = spec.get(JailSpec.VM);
        int vcpus = vm.getInt(VmConfig.VCPUS);
        int mib = vm.getInt(VmConfig.MEMORY_MIB);
        ok("krun_set_vm_config " + vcpus + " vCPU, " + mib + " MiB", krun.setVmConfig(context, vcpus, mib));
        setRoot(spec.get(VmSpec.ROOT));
        // An empty list opens no port; the call left out would open every one that the guest listens on.
        List<String> ports = vm.get(VmConfig.PORTS);
        ok("krun_set_port_map " + ports, krun.setPortMap(context, ports));
        ok("krun_set_workdir /", krun.setWorkdir(context, "/"));
        List<String> command = vm.get(VmConfig.COMMAND);
        String program = command.getFirst();
        ok(
                "krun_set_exec " + program,
                krun.setExec(context, program, command.subList(1, command.size()), vm.get(VmConfig.ENV)));
    }

    private void setRoot(String root) throws KrunException {
        if (krun.symbols().contains("krun_set_root")) {
            ok("krun_set_root " + root, krun.setRoot(context, root));
        } else if (krun.symbols().contains("krun_add_virtiofs3")) {
            ok("krun_add_virtiofs3 /dev/root " + root, krun.addVirtiofs3(context, "/dev/root", root, 0, false));
        } else {
            throw new KrunException(
                    "libkrun has neither krun_set_root nor krun_add_virtiofs3;" + " use libkrun 1.16 or newer");
        }
    }

    /** Returns only when the start fails: otherwise the process ends with the guest's exit code. */
    void start() throws KrunException {
        ok("krun_start_enter", krun.startEnter(context));
        throw new KrunException("krun_start_enter returned without an error");
    }

    private static int ok(String call, SysResult result) throws KrunException {
        return switch (result) {
            case SysResult.Ok(long value) -> (int) value;
            case SysResult.Failed(int errno) -> throw new KrunException(call + ": " + Errno.describe(errno));
        };
    }
}
