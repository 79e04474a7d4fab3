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
    private static final String AGENT_ROOT = "/agent";
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
        List<Secret> secrets = new ArrayList<>();
        try (JailInput input = new JailInput(libc)) {
            Message spec = JailSpec.parse(input.line());
            for (Message secret : spec.get(JailSpec.SECRET_FILES)) {
                secrets.add(new Secret(secret.get(Fields.NAME), input.exactly(secret.getInt(Fields.BYTES))));
            }
            enterSandbox(spec, input, secrets);
            return CageExit.JAIL;
        } catch (RpcException e) {
            return warn(CageExit.CONFIG, e.getMessage());
        } catch (IOException e) {
            return warn(CageExit.JAIL, String.valueOf(e.getMessage()));
        } finally {
            secrets.forEach(Secret::close);
        }
    }

    private void enterSandbox(Message spec, JailInput input, List<Secret> secrets) throws IOException {
        JailPrivileges privileges = new JailPrivileges(libc);
        int cagePid = spec.getInt(JailSpec.CAGE_PID);
        AgentSlot slot = JailSpec.slot(spec);
        privileges.dieWith(cagePid);
        Message vmSpec = Message.of(
                VmSpec.UID.is((long) slot.uid()),
                JailSpec.KVM_GROUP.is(spec.get(JailSpec.KVM_GROUP)),
                JailSpec.CGROUP.is(spec.get(JailSpec.CGROUP)),
                VmSpec.HOST_NET.is(namespace("net")),
                VmSpec.HOST_MNT.is(namespace("mnt")),
                JailSpec.CAGE_PID.is((long) cagePid),
                VmSpec.ROOT.is(AGENT_ROOT),
                JailSpec.KRUN_LOG_LEVEL.is(spec.get(JailSpec.KRUN_LOG_LEVEL)),
                JailSpec.VM.is(spec.get(JailSpec.VM)));
        int namespaces = Namespaces.CLONE_NEWNS | Namespaces.CLONE_NEWNET | Namespaces.CLONE_NEWUTS;
        libc.unshare(namespaces).orThrow("unshare mount, network and UTS namespaces");
        libc.sethostname(spec.get(JailSpec.VM).get(Fields.AGENT)).orThrow("sethostname");
        report("netns " + threadId() + "\n");
        expect(input, "go");
        JailNetwork.setUp(libc, slot);
        JailFilesystem.Handover handover = path -> {
            report("vault " + path + "\n");
            expect(input, "kept");
        };
        new JailFilesystem(libc, spec).build(secrets, handover, AGENT_ROOT);
        secrets.forEach(Secret::close);
        input.close();
        specToStandardInput(vmSpec);
        JailFilesystem.seal(libc, "/");
        privileges.drop(slot.uid(), spec.getInt(JailSpec.KVM_GROUP));
        privileges.dieWith(cagePid);
        libc.closeRange(VmMain.STATUS_FD + 1, -1, CloseRange.CLOSE_RANGE_CLOEXEC)
                .orThrow("close_range");
        List<String> command = new ArrayList<>(spec.get(JailSpec.LAUNCHER));
        command.add("vm");
        SyscallFilter.install(libc, SyscallPolicy.RULES);
        libc.execve(command.getFirst(), command, ENVIRONMENT).orThrow("execve " + command.getFirst());
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
