package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.CloseRange;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The first stage of an agent's process: puts the walls up round itself and executes the second stage inside them.
 *
 * <p>Namespaces, credentials and capabilities belong to a thread, not to a process (namespaces(7), credentials(7)), and
 * a Java runtime has several. That is sound here because execve(2) ends all threads but the caller: every wall is put up
 * by one thread, the one that calls execve. Until then nothing of the agent runs.
 */
public final class JailMain {
    private static final String VM_SPEC_FILE = "/order";
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
        privileges.dieWith(spec.getInt(JailSpec.CAGE_PID));
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
        libc.unshare(namespaces()).orThrow("unshare mount, network, IPC and UTS namespaces");
        libc.sethostname(spec.get(JailSpec.VM).get(Fields.AGENT)).orThrow("sethostname");
        report("netns " + threadId() + "\n");
        expect(input, "go");
        JailNetwork.setUp(libc, slot.uid());
        new JailFilesystem(libc, spec).build();
        specToStandardInput(vmSpec);
        JailFilesystem.seal(libc, "/");
        privileges.drop(slot.uid(), spec.getInt(JailSpec.KVM_GROUP), JailFilesystem.largestDisk(spec));
        // A change of credentials has taken it back.
        privileges.dieWithParent();
        libc.closeRange(VmMain.STATUS_FD + 1, -1, CloseRange.CLOSE_RANGE_CLOEXEC)
                .orThrow("close_range");
        List<String> command = new ArrayList<>(spec.get(JailSpec.LAUNCHER));
        command.add("vm");
        LandlockWall.restrict(libc, spec);
        SyscallFilter.install(libc, SyscallPolicy.RULES);
        libc.execve(command.getFirst(), command, ENVIRONMENT).orThrow("execve " + command.getFirst());
    }

    /** The PID namespace is the process' own from its start. A kernel without IPC has no namespace for it. */
    private static int namespaces() {
        int ipc = Files.exists(Path.of("/proc/thread-self/ns/ipc")) ? Namespaces.CLONE_NEWIPC : 0;
        return Namespaces.CLONE_NEWNS | Namespaces.CLONE_NEWNET | Namespaces.CLONE_NEWUTS | ipc;
    }

    private static void expect(JailInput input, String word) throws IOException {
        if (!new String(input.line(), StandardCharsets.US_ASCII).equals(word)) {
            throw new IOException("expected " + word + " on standard input");
        }
    }

    /** A file of no name: a pipe would hold no more than 64 KiB, as nobody reads it yet. */
    private void specToStandardInput(Message vmSpec) throws IOException {
        Path file = Path.of(VM_SPEC_FILE);
        Files.write(file, Json.bytes(Codec.encode(vmSpec)));
        int fd = libc.open(VM_SPEC_FILE, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open " + VM_SPEC_FILE);
        libc.dup2(fd, 0).orThrow("dup2 the order to standard input");
        libc.close(fd).orThrow("close the order");
        Files.delete(file);
    }

    private static String namespace(String kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns", kind)).toString();
    }

    /** This thread, in whose network namespace the agent's interface must be put. Source: proc_thread-self(5). */
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
