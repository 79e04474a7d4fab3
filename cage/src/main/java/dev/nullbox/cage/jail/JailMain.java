package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.CloseRange;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.sandbox.PrivateRoot;
import dev.nullbox.service.sandbox.SandboxProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * First stage of an agent's process: enters the sandbox and executes the second stage inside it.
 *
 * <p>Namespaces, credentials and capabilities belong to a thread, not to a process (namespaces(7), credentials(7)), and
 * a Java runtime has several. That is sound here because execve(2) ends all threads but the caller: every part of the
 * sandbox is entered by one thread, the one that calls execve. Until then nothing of the agent runs.
 */
public final class JailMain {
    private static final Path VM_SPEC_FILE = Path.of("/order");
    private static final List<String> ENVIRONMENT = List.of("LANG=C.UTF-8", "PATH=/sbin:/bin");

    private final Libc libc;

    private JailMain(Libc libc) {
        this.libc = libc;
    }

    /** Returns a code of {@link CageExit}, and only when the second stage was not started. */
    public static int run(Libc libc) {
        return new JailMain(libc).run().code();
    }

    private CageExit run() {
        try {
            JailInput input = new JailInput(libc);
            enterSandbox(JailSpec.parse(input.line()), input);
            return CageExit.JAIL;
        } catch (RpcException e) {
            return warn(CageExit.CONFIG, e.getMessage());
        } catch (IOException e) {
            return warn(CageExit.JAIL, String.valueOf(e.getMessage()));
        }
    }

    private void enterSandbox(Message spec, JailInput input) throws IOException {
        JailPrivileges privileges = new JailPrivileges(libc);
        SandboxProcess.dieWithParent(libc, "cage", spec.get(JailSpec.CAGE_PID));
        AgentSlot slot = JailSpec.slot(spec);
        boolean hasCookie = CoreScheduling.separate(libc);
        privileges.dieFirst();
        Message vmSpec = Message.of(
                VmSpec.UID.is((long) slot.uid()),
                JailSpec.KVM_GROUP.is(spec.get(JailSpec.KVM_GROUP)),
                JailSpec.CGROUP.is(spec.get(JailSpec.CGROUP)),
                VmSpec.HOST_NET.is(namespace("net")),
                VmSpec.HOST_MNT.is(namespace("mnt")),
                JailSpec.HOST_PID.is(spec.get(JailSpec.HOST_PID)),
                VmSpec.COOKIE.is(hasCookie),
                JailSpec.KRUN_LOG_LEVEL.is(spec.get(JailSpec.KRUN_LOG_LEVEL)),
                JailSpec.VM.is(spec.get(JailSpec.VM)));
        SandboxProcess.leaveHost(libc, spec.get(JailSpec.VM).get(Fields.AGENT));
        report("netns " + threadId() + "\n");
        expect(input, "go");
        JailNetwork.setUp(libc, slot.uid());
        JailFilesystem.enter(libc, spec);
        SandboxProcess.giveInput(libc, VM_SPEC_FILE, Json.bytes(Codec.encode(vmSpec)));
        PrivateRoot.seal(libc);
        privileges.drop(slot.uid(), spec.getInt(JailSpec.KVM_GROUP), JailFilesystem.largestDisk(spec));
        // A change of credentials has undone it. A daemon that died meanwhile shows in the status pipe.
        SandboxProcess.dieWithParent(libc);
        libc.closeRange(VmMain.STATUS_FD + 1, -1, CloseRange.CLOSE_RANGE_CLOEXEC)
                .orThrow("close_range");
        List<String> command = new ArrayList<>(spec.get(JailSpec.LAUNCHER));
        command.add("vm");
        LandlockWall.restrict(libc, spec);
        SyscallFilter.install(libc, SyscallPolicy.RULES);
        libc.execve(command.getFirst(), command, ENVIRONMENT).orThrow("execve " + command.getFirst());
    }

    private static void expect(JailInput input, String word) throws IOException {
        if (!new String(input.line(), StandardCharsets.US_ASCII).equals(word)) {
            throw new IOException("expected " + word + " on standard input");
        }
    }

    private static String namespace(String kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns", kind)).toString();
    }

    /**
     * Number of this thread, into whose network namespace the agent's interface must be moved. Source:
     * proc_thread-self(5).
     */
    private static String threadId() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString();
    }

    private void report(String line) throws IOException {
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        libc.write(VmMain.STATUS_FD, bytes, 0, bytes.length).orThrow("write to the status pipe");
    }

    private static CageExit warn(CageExit exit, String what) {
        System.err.println("cage jail: " + what + " (exit " + exit.code() + ": " + exit.explanation() + ")");
        return exit;
    }
}
