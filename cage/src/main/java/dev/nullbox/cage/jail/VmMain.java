package dev.nullbox.cage.jail;

import dev.nullbox.natives.Krun;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.MissingSymbolException;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.protocol.Message;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Second stage of an agent's process, which becomes its microVM: reads its specification, reads the sandbox back,
 * probes KVM, restricts itself to a microVM's system calls, and hands the process over to libkrun. Reports {@code
 * walls} and {@code enter} on descriptor 3 on its way.
 */
public final class VmMain {
    /** The descriptor on which a jail reports its progress. */
    public static final int STATUS_FD = 3;

    private static final String KVM_DEVICE = "/dev/kvm";
    private static final int CHUNK_BYTES = 8192;

    private final Libc libc;

    private VmMain(Libc libc) {
        this.libc = libc;
    }

    /** Returns a code of {@link CageExit}, and only when no microVM was started. */
    public static int run(Libc libc) {
        return new VmMain(libc).run().code();
    }

    private CageExit run() {
        try {
            Message spec = JailSpec.parse(VmSpec.FIELDS, readSpec());
            List<String> missing = new ArrayList<>(new SandboxCheck(Path.of("/proc/self")).missing(spec));
            missing.addAll(LandlockWall.missing(libc));
            if (spec.get(VmSpec.COOKIE) && CoreScheduling.cookie(libc) == 0) {
                missing.add("the core-scheduling cookie is 0, everybody's");
            }
            if (!missing.isEmpty()) {
                missing.forEach(wall -> warn(CageExit.SANDBOX, wall));
                return CageExit.SANDBOX;
            }
            report("walls\n");
            if (Kvm.probe(libc, KVM_DEVICE) instanceof Kvm.Support.Missing(String why)) {
                warn(CageExit.KVM, why);
                return CageExit.KVM;
            }
            return enter(Natives.krun(), spec);
        } catch (RpcException e) {
            warn(CageExit.CONFIG, e.getMessage());
            return CageExit.CONFIG;
        } catch (IOException e) {
            warn(CageExit.SANDBOX, String.valueOf(e.getMessage()));
            return CageExit.SANDBOX;
        } catch (MissingSymbolException e) {
            warn(CageExit.KRUN, String.valueOf(e.getMessage()));
            return CageExit.KRUN;
        }
    }

    private CageExit enter(Krun krun, Message spec) throws IOException {
        try {
            KrunVm vm = KrunVm.configure(krun, spec);
            report("enter\n");
            libc.close(STATUS_FD).orThrow("close the status pipe");
            VmmFilter.install(libc);
            vm.start();
            return CageExit.KRUN;
        } catch (KrunVm.KrunException e) {
            warn(CageExit.KRUN, String.valueOf(e.getMessage()));
            return CageExit.KRUN;
        }
    }

    /** Reads all of standard input, which is then /dev/null: libkrun would use it as the guest's keyboard. */
    private byte[] readSpec() throws SyscallException {
        ByteArrayOutputStream spec = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK_BYTES];
        int length = libc.read(0, chunk, 0, chunk.length).orThrow("read the specification");
        while (length > 0 && spec.size() <= VmSpec.MAX_BYTES) {
            spec.write(chunk, 0, length);
            length = libc.read(0, chunk, 0, chunk.length).orThrow("read the specification");
        }
        int empty = libc.open("/dev/null", OpenFlags.O_RDONLY, 0).orThrow("open /dev/null");
        libc.dup2(empty, 0).orThrow("dup2 /dev/null to standard input");
        libc.close(empty).orThrow("close /dev/null");
        return spec.toByteArray();
    }

    private void report(String line) throws SyscallException {
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        libc.write(STATUS_FD, bytes, 0, bytes.length).orThrow("write to the status pipe");
    }

    private static void warn(CageExit exit, String what) {
        System.err.println("cage vm: " + what + " (exit " + exit.code() + ": " + exit.explanation() + ")");
    }
}
